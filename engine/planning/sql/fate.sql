-- One row per contact that is there and should not be as it is: the operation, or why there is none (held).
-- Reads: plan_asked, there_contact, there_sale, golden.former_number, golden.contact (temp tables of this stage first).
-- What a person asked for outranks what golden says; a number that a source alone wrote may be a stranger's and is left.
with
lost as (
    select
        old_number as contact_nr,
        min(contact_nr) as head_nr,
        min(if(state = 'gone', 'gone', 'joined')) as fate,
        min(state) as reason
    from golden.former_number
    where
        source is null
        and state in ('joined', 'replaced', 'gone')
        and old_number not in (select contact_nr from golden.contact)
        and old_number not in (select contact_nr from plan_asked)
    group by old_number
),

wanted as (
    select
        asked.contact_nr,
        null as head_nr,
        asked.reason,
        asked.operation,
        there.state,
        there.modified,
        sale.contact_nr is not null as has_sales,
        case asked.operation
            when 'INVALIDATE' then there.state = 'active'
            when 'ANONYMIZE' then there.state <> 'anonymised'
            when 'DELETE' then there.state <> 'anonymised' and there.reachable
            else true
        end as open
    from plan_asked as asked
    join there_reach as there using (contact_nr)
    left join there_sale as sale using (contact_nr)
    union all
    select
        lost.contact_nr,
        lost.head_nr,
        lost.reason,
        if(
            lost.fate = 'gone',
            if(sale.contact_nr is null, $gone, $gone_with_sales),
            if(sale.contact_nr is null, $joined, $joined_with_sales)
        ) as operation,
        there.state,
        there.modified,
        sale.contact_nr is not null as has_sales,
        there.state = 'active' as open
    from lost
    join there_reach as there using (contact_nr)
    left join there_sale as sale using (contact_nr)
)

select
    contact_nr,
    head_nr,
    reason,
    operation,
    case
        when operation = 'none' then if(has_sales and reason <> 'gone', 'has_sales', reason)
        when has_sales and operation in ('INVALIDATE', 'DROP') then 'has_sales'
        when modified and operation = 'DROP' then 'modified_since'
    end as held
from wanted
where open
