-- One row per true contact: its e-mail.
-- Reads: person.
-- A box belongs to one person; one in fifteen members of a home uses that of the home's first member.
with numbered as (
    select entity, home, kind, row_number() over (partition by local_part, provider order by entity) as ordinal,
        local_part, provider, given_letters, family_letters, domain
    from person
),

own as (
    select entity, home, kind,
        case
            when kind = 'structure' then 'info@' || domain
            when kind = 'relay' then given_letters || '.' || family_letters || '@' || domain
            else local_part || if(ordinal > 1, ordinal::varchar, '') || '@' || provider
        end as email
    from numbered
)

select entity,
    if(kind = 'individual' and chance(entity, 0, 'shared') < 0.066,
        first_value(email) over (partition by home, kind order by entity), email) as email
from own
