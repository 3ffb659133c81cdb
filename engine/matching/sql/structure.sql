-- One row per unit of structures, the structure half of relays included: what their comparisons and blocking keys read.
-- Reads: m_folded, m_unit, m_street, m_organisation.
-- The town's own name in a structure's says what the address says: it does not count twice.
-- A SIRET brings its SIREN, so that establishments of one company meet and can be told apart.
with representative as (
    select u.unit, f.*
    from m_folded as f
    join m_unit as u on u.record_id = f.record_id and u.first_record = f.record_id
)
select
    r.unit,
    r.record_id as first_record,
    r.org,
    o.tok,
    o.orgs,
    o.orgj,
    o.acr_told,
    o.acr_all,
    coalesce(o.acr_self, case when o.acr_rest = r.town then o.acr_first end) as acr_self,
    o.former,
    o.part,
    regexp_replace(
        regexp_replace(list_filter(string_split(r.dom, '.')[:-2], lambda w: length(w) > 5)[-1], '[^a-z]', '', 'g'),
        '([aou])e', '\1', 'g'
    ) as site,
    regexp_replace(o.orgj, '([aou])e', '\1', 'g') as orgu,
    o.tq,
    case when len(list_filter(o.tq, lambda w: not contains(r.town, split_part(w, '#', 1)))) > 0
        then list_filter(o.tq, lambda w: not contains(r.town, split_part(w, '#', 1)))
        else o.tq
    end as tq_away,
    o.rare1,
    o.rare2,
    case when r.fn is not null and r.ln is not null then least(r.fn, r.ln) || ' ' || greatest(r.fn, r.ln) end as who,
    -- a row that names nobody, whose mailbox is somebody's: two words, neither of the house's nor of the town's name
    case when r.fn is null and r.ln is null
        and regexp_matches(r.em[1], '^[a-z]+[._-][a-z]+[0-9]*@')
        and not regexp_matches(r.em[1], $roles)
        and len(list_filter(
            regexp_extract_all(split_part(r.em[1], '@', 1), '[a-z]+'),
            lambda w: length(w) > 2 and contains(concat_ws(' ', o.orgj, r.org, r.town), w)
        )) = 0
    then r.em[1] end as desk,
    r.dom,
    case when len(r.em) > 0 then r.em end as em,
    r.em[1] as em0,
    split_part(r.em[1], '@', 1) as eu,
    regexp_replace(split_part(r.em[1], '@', 1), '[^a-z]', '', 'g') as el,
    regexp_matches(r.em[1], $roles)
        or coalesce(contains(regexp_replace(split_part(r.em[1], '@', 1), '[^a-z]', '', 'g'), left(o.orgj, 5)), false) as eu_named,
    eu_named as eu_made,
    false as eu_other,
    false as whole,
    case when len(r.ph) > 0 then r.ph end as ph,
    r.ph[1] as ph0,
    r.ph_open,
    r.tel,
    r.mob,
    coalesce(t.street, case when r.po_box is not null then 'pobox' end) as street,
    t.styp,
    coalesce(r.house_number, t.number, r.po_box) as hno,
    r.zip,
    r.town,
    r.id,
    r.siret,
    coalesce(r.siren, left(r.siret, 9)) as siren,
    r.vat,
    r.x1,
    r.x2,
    r.x3,
    r.x4,
    r.x5,
    r.x6
from representative as r
left join m_street as t using (street_text)
left join m_organisation as o using (org)
