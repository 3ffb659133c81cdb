-- One row per line of the file from number `low` to `high`, as written, with its mistakes.
-- Reads: ordered, person, mailbox, address, country.
-- Most mistakes happen on further copies: the first line of a contact is what the house typed with care.
with known as (
    select
        ordered.*, person.* exclude (entity, home, former_home), mailbox.email,
        chance(ordered.entity, ordered.copy, 'moved') < if(is_copy, 0.12, 0.0) and person.kind = 'individual' as moved,
        if(moved, person.former_home, person.home) as home_then
    from ordered
    join person using (entity)
    join mailbox using (entity)
    where ordered.line_no between low and high
),

made as (
    select
        known.*, address.address, address.postcode, address.town, address.country, address.landline,
        country.calling_code, country.trunk,
        hash(entity * 131 + copy, 'slip') as slip,
        chance(entity, copy, 'capitals') < 0.25 as capitals
    from known
    join address on address.home = known.home_then
    join country on country.country = address.country
),

slipped as (
    select
        *,
        if(kind = 'structure', null, case
            when is_copy and chance(entity, copy, 'initial') < 0.05 then first_name[1] || '.'
            when is_copy and chance(entity, copy, 'first') < 0.07 then typo(first_name, slip)
            when chance(entity, copy, 'no_first') < 0.01 then null
            else first_name
        end) as first_then,
        if(kind = 'structure', null, case
            when is_copy and female and chance(entity, copy, 'maiden') < 0.05 then maiden_name
            when is_copy and chance(entity, copy, 'last') < 0.08 then typo(last_name, slip // 3)
            else last_name
        end) as last_then,
        chance(entity, copy, 'swapped') < if(is_copy, 0.02, 0.002) as swapped,
        case
            when kind = 'individual' then null
            when is_copy and chance(entity, copy, 'firm') < 0.06 then typo(company_name, slip // 5)
            when is_copy and chance(entity, copy, 'form') < 0.20
                then regexp_replace(company_name, ' (SA|SARL|SAS|AG|GmbH|S\.r\.l\.|S\.p\.A\.)$', '')
            else company_name
        end as company_then,
        case
            when chance(entity, copy, 'no_street') < 0.06 then null
            when is_copy and chance(entity, copy, 'street') < 0.10 then typo(address, slip // 13)
            when chance(entity, copy, 'short') < 0.25 then
                regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                    address, 'Avenue', 'Av.'), 'Boulevard', 'Bd'), 'strasse', 'str.'), 'Rue ', 'r. ')
            else address
        end as street_then,
        case
            when chance(entity, copy, 'no_code') < 0.04 then null
            when is_copy and chance(entity, copy, 'code') < 0.03
                then postcode[:-2] || ((postcode[-1]::int + 1 + slip % 8) % 10)::varchar
            else postcode
        end as code_then,
        date '2009-01-05' + dice(entity, copy, 'created', 5600) as created_on,
        if(is_copy and chance(entity, copy, 'town') < 0.04, typo(town, slip // 17), town) as town_then
    from made
)

select
    1000000 + line_no as id,
    line_no,
    entity,
    if(kind = 'structure' or chance(entity, copy, 'title') < 0.15, null,
        if(female, ['Mme', 'Mme', 'Madame', 'Frau'], ['M.', 'M.', 'Monsieur', 'Herr'])[1 + dice(entity, copy, 'form', 4)]
    ) as title,
    as_stored(if(swapped, last_then, first_then), capitals) as first_name,
    as_stored(if(swapped, first_then, last_then), capitals) as last_name,
    as_stored(company_then, capitals) as company,
    as_stored(street_then, capitals) as address,
    code_then as postcode,
    as_stored(town_then, capitals) as city,
    if(chance(entity, copy, 'country') < 0.12, null, country) as country,
    case
        when chance(entity, copy, 'landline') < if(kind = 'individual', 0.55, 0.12) then null
        when chance(entity, copy, 'zeros') < 0.02 then '0000000000'
        else written(landline, calling_code, trunk, dice(entity, copy, 'style', 100))
    end as phone,
    case
        when chance(entity, copy, 'mobile') < if(kind = 'individual', 0.35, 0.75) then null
        when is_copy and chance(entity, copy, 'new_mobile') < 0.10
            then written(mobile[:-5] || lpad((slip % 10000)::varchar, 4, '0'), calling_code, trunk, 50)
        else written(mobile, calling_code, trunk, dice(entity, copy, 'mobile_style', 100))
    end as mobile,
    case
        when chance(entity, copy, 'none') < 0.03 then 'none@none.com'
        when chance(entity, copy, 'email') < 0.28 then null
        when is_copy and chance(entity, copy, 'new_email') < 0.12
            then given_letters[1] || family_letters || slip % 9973 || '@gmail.com'
        when is_copy and chance(entity, copy, 'wrong_email') < 0.03 then typo(email, slip // 19)
        else email
    end as email,
    case
        when kind != 'individual' or chance(entity, copy, 'birth') < 0.45 then null
        when chance(entity, copy, 'century') < 0.02 then '01/01/1900'
        when is_copy and chance(entity, copy, 'birth_slip') < 0.03
            then strftime(birth_date + dice(entity, copy, 'days', 40)::int, '%d/%m/%Y')
        else strftime(birth_date, '%d/%m/%Y')
    end as birth_date,
    strftime(created_on, '%d/%m/%Y') as created,
    strftime(created_on + dice(entity, copy, 'updated', 900), '%d/%m/%Y') as updated
from slipped
