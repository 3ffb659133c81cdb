-- One row per pair that a person should look at, both records side by side, the strongest first.
-- Reads: matching.pair, standardise.record.
-- The columns of the two sides alternate, so that the eye compares neighbours.
with to_ask as (
    select record_id_l, record_id_r, kind, match_weight, match_probability, evidence
    from matching.pair
    where outcome = 'ask'
    order by match_weight desc, record_id_l, record_id_r
    limit $review_limit
)
select
    to_ask.kind,
    round(to_ask.match_probability, 4) as match_probability,
    round(to_ask.match_weight, 2) as match_weight,
    l.source as source_l,
    r.source as source_r,
    l.line_no as line_no_l,
    r.line_no as line_no_r,
    l.title as title_l,
    r.title as title_r,
    l.first_name as first_name_l,
    r.first_name as first_name_r,
    l.last_name as last_name_l,
    r.last_name as last_name_r,
    l.organisation as organisation_l,
    r.organisation as organisation_r,
    l.birth_date as birth_date_l,
    r.birth_date as birth_date_r,
    l.addr_line1 as addr_line1_l,
    r.addr_line1 as addr_line1_r,
    l.postcode as postcode_l,
    r.postcode as postcode_r,
    l.town as town_l,
    r.town as town_r,
    l.country as country_l,
    r.country as country_r,
    l.phone as phone_l,
    r.phone as phone_r,
    l.mobile as mobile_l,
    r.mobile as mobile_r,
    l.email as email_l,
    r.email as email_r,
    to_ask.evidence,
    to_ask.record_id_l,
    to_ask.record_id_r
from to_ask
inner join standardise.record as l on l.record_id = to_ask.record_id_l
inner join standardise.record as r on r.record_id = to_ask.record_id_r
order by to_ask.match_weight desc, to_ask.record_id_l, to_ask.record_id_r
