-- One row per true contact: names, company, mobile number and the parts of its e-mail.
-- Reads: entity, address, country, word, firm.
-- A structure has a drawn name too; the last step leaves it out.
select
    entity.entity, entity.kind, entity.company, entity.female, entity.home, entity.former_home,
    firm.name as company_name, firm.domain,
    given.text as first_name, family.text as last_name, maiden.text as maiden_name,
    date '1970-01-01' + entity.birth as birth_date,
    mobiles[1 + entity.entity % len(mobiles)] as mobile_start,
    mobile_start || substr(mobile_line::varchar, 1, mobile_length - length(mobile_start)) as mobile,
    letters(given.text) as given_letters, letters(family.text) as family_letters,
    providers[1 + dice(entity.entity, 0, 'provider', len(providers))] as provider,
    case dice(entity.entity, 0, 'local', 5)
        when 0 then given_letters || family_letters
        when 1 then given_letters[1] || family_letters
        when 2 then given_letters || '.' || family_letters || abs(entity.birth) % 97
        else given_letters || '.' || family_letters
    end as local_part
from entity
join address using (home)
join country on country.country = address.country
join word as given on given.kind = if(entity.female, 'female', 'male')
    and given.language = address.language and given.position = entity.first
join word as family on family.kind = 'last' and family.language = address.language and family.position = entity.last
join word as maiden on maiden.kind = 'last'
    and maiden.language = address.language and maiden.position = entity.maiden
left join firm on firm.company = entity.company
