-- One row per company: its name and its mail domain.
-- Reads: company, address, word.
-- The number in the domain keeps two firms of one family name apart.
select
    company.company,
    case
        when address.language = 'fr'
            then ['Ets {} SA', '{} & Fils', 'Agence {} SARL', 'Garage {}', 'Imprimerie {} SAS', 'Association {}'][1 + form]
        when address.language = 'de'
            then ['{} AG', '{} Treuhand GmbH', 'Garage {}', '{} & Söhne', '{} Bau AG', 'Verein {}'][1 + form]
        else ['{} S.r.l.', 'Studio {}', '{} Costruzioni S.p.A.', 'Albergo {}', '{} Viaggi', 'Associazione {}'][1 + form]
    end as pattern,
    replace(pattern, '{}', word.text) as name,
    letters(word.text) || company.company % 1000 || '.' || lower(address.country) as domain
from company
join address using (home)
join word on word.kind = 'last' and word.language = address.language and word.position = company.last
