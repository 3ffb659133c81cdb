-- One row per loose pair that has a rival: a third unit that fits one of the two as well, and contradicts the other.
-- Reads: m_scored (pairs with their weight; loose = nothing in the pair tells look-alikes apart).
-- At most one of the two can be right, so that their odds share: p = odds / (1 + odds + the rival's odds). A rival counts
-- $most bits at most: against strong evidence a contradiction is as likely a damaged row, which clustering weighs.
with fits as (
    select unit_l as unit, unit_r as other, match_weight, loose from m_scored where match_weight >= $ask
    union all
    select unit_r, unit_l, match_weight, loose from m_scored where match_weight >= $ask
),
triangle as (
    select a.unit, a.other, b.other as third, b.match_weight as rival
    from fits as a
    join fits as b on b.unit = a.unit and b.other <> a.other
    where a.loose
),
contradicted as (
    select t.unit, t.other, max(t.rival) as rival
    from triangle as t
    left join m_scored as s on s.unit_l = least(t.other, t.third) and s.unit_r = greatest(t.other, t.third)
    where s.match_weight is null or s.match_weight < $ask
    group by t.unit, t.other
)
select
    least(unit, other) as unit_l,
    greatest(unit, other) as unit_r,
    round(max(log2(1 + pow(2, least(rival, $most)))), 9) as bits
from contradicted
group by least(unit, other), greatest(unit, other)
