-- One row per contact that is not what it was: of this extract, or of the one before and gone or joined.
-- Reads: golden.contact, golden.crosswalk, matching.pair, extracts_contact, extracts_crosswalk, extracts_known (temp).
-- A contact is split when its records were of another one before, joined when its records are in another one now.
with
moved as (
    select
        before.contact_id as was,
        now.contact_id as is_now,
        count(*) as records,
        min(now.record_id) as record_id
    from extracts_crosswalk as before
    join golden.crosswalk as now using (record_id)
    group by before.contact_id, now.contact_id
),

came_from as (
    select is_now as contact_id, was as other
    from moved
    where was <> is_now
    qualify row_number() over (partition by is_now order by records desc, was) = 1
),

went_to as (
    select was as contact_id, is_now as other
    from moved
    where was <> is_now
    qualify row_number() over (partition by was order by records desc, is_now) = 1
),

alive as (
    select
        now.contact_id,
        now.contact_nr,
        case
            when before.contact_id is not null then if(len($fields_differ) > 0, 'changed', 'kept')
            when came_from.other is not null then 'split'
            when known.contact_id is not null then 'back'
            else 'new'
        end as change,
        if(before.contact_id is null, [], $fields_differ) as fields,
        if(before.contact_id is null, came_from.other, null) as other_contact_id
    from golden.contact as now
    left join extracts_contact as before using (contact_id)
    left join came_from using (contact_id)
    left join extracts_known as known using (contact_id)
),

ended as (
    select
        before.contact_id,
        before.contact_nr,
        if(went_to.other is null, 'gone', 'joined') as change,
        []::varchar[] as fields,
        went_to.other as other_contact_id
    from extracts_contact as before
    left join went_to using (contact_id)
    where before.contact_id not in (select contact_id from golden.contact)
),

-- what ties two contacts that were joined: the strongest pair between their records
tied as (
    select ended.contact_id, pair.evidence
    from ended
    join extracts_crosswalk as left_side using (contact_id)
    join matching.pair as pair on left_side.record_id in (pair.record_id_l, pair.record_id_r)
    join golden.crosswalk as right_side
        on right_side.record_id = if(left_side.record_id = pair.record_id_l, pair.record_id_r, pair.record_id_l)
    join extracts_crosswalk as former on former.record_id = right_side.record_id
    where
        ended.change = 'joined'
        and right_side.contact_id = ended.other_contact_id
        and former.contact_id <> ended.contact_id
    qualify row_number() over (
        partition by ended.contact_id
        order by pair.match_weight desc, pair.record_id_l, pair.record_id_r
    ) = 1
)

select
    told.contact_id,
    told.contact_nr,
    told.change,
    told.fields,
    told.other_contact_id,
    case
        when decided.contact_id is not null then 'a decision'
        else tied.evidence
    end as why
from (select * from alive where change <> 'kept' union all select * from ended) as told
left join tied using (contact_id)
left join extracts_decided as decided using (contact_id)
