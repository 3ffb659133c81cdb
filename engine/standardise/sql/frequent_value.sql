-- One row per value of std_frequent_link that stands on more rows than one contact explains: how many hold it, and the verdict.
-- Reads: std_frequent_link, std_frequent_holder.
-- Holders are counted only where the rows alone would be too many.
with counted as (
    select link.value, count(*) as rows, min(nullif(holder, '')) <> max(nullif(holder, '')) as is_many
    from std_frequent_link as link
    inner join std_frequent_holder using (record_id)
    group by link.value
),

facts as (
    select
        greatest(
            $least,
            1 + ln(count(*) / $false_alarm)
            / -ln(least(greatest(count(*) filter (where is_many) / count(*), $tail), $highest_tail))
        ) as expected,
        greatest($shared_rows, $shared_share * $records) as shared_from
    from counted
    having count(*) > 0
),

candidates as (
    select counted.value, counted.rows, facts.expected, facts.shared_from
    from counted
    inner join facts on counted.rows > least(facts.expected, facts.shared_from)
),

held as (
    select link.value, count(distinct nullif(holder, '')) as holders
    from std_frequent_link as link
    inner join std_frequent_holder using (record_id)
    where link.value in (select value from candidates)
    group by link.value
)

select
    value,
    rows,
    holders,
    round(expected, 1) as expected,
    case
        when holders > expected and (holders >= $holders_share * rows or holders >= $certain_times * expected)
            then case when $links then 'placeholder' else 'shared' end
        when $links and rows > shared_from then 'shared'
    end as verdict,
    case when holders > 1 then 'many_holders' else 'one_holder' end as reason
from candidates
inner join held using (value)
where verdict is not null
