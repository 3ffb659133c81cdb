-- One row per golden value that hardly anything decided: to confirm with the contact, or in the source.
-- Reads: golden.contested, golden_undated, golden_identity (temp).
-- Letters only: two spellings of one word, capitals or accents apart, are nothing to call somebody about.
with guessed as (
    select contact_id, attribute, value, runner_up, record_id, 'guessed' as reason
    from golden.contested
    where list_contains(['value', 'ngram', 'variant.value', 'variant.ngram'], rule)
        and runner_up is not null
        and regexp_replace(lower(strip_accents(value)), '[^\p{L}\p{N}]', '', 'g')
            <> regexp_replace(lower(strip_accents(runner_up)), '[^\p{L}\p{N}]', '', 'g')
),

-- two homes, and no date says which came last: one in three is the wrong one
undated as (
    select distinct identity.contact_id
    from golden_undated as undated
    join golden_identity as identity using (block_no)
),

home as (
    select
        contested.contact_id,
        'address_block' as attribute,
        string_agg(contested.value, ', ' order by list_position($home, contested.attribute)) as value,
        string_agg(contested.runner_up, ', ' order by list_position($home, contested.attribute))
            as runner_up,
        min(contested.record_id) as record_id,
        'undated_move' as reason
    from golden.contested as contested
    join undated using (contact_id)
    where contested.runner_up is not null and list_contains($home, contested.attribute)
    group by contested.contact_id
)

select contact_id, attribute, value, runner_up, record_id, reason
from guessed
where
    -- the line is made of street and number: one question, not two
    not (
        attribute = 'addr_line1'
        and exists (
            select 1
            from guessed as part
            where part.contact_id = guessed.contact_id and list_contains(['street', 'house_number'], part.attribute)
        )
    )
    and not exists (
        select 1
        from home
        where home.contact_id = guessed.contact_id and list_contains($home, guessed.attribute)
    )
union all
select contact_id, attribute, value, runner_up, record_id, reason
from home
