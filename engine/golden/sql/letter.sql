-- One row per field with several letters and candidate letters: how many records hold them, how believable, how new.
-- Reads: golden_contender, golden_away (temp).
-- All spellings count together, or evidence on letters becomes a vote against accents.
with letter as (
    select
        group_no,
        attribute_no,
        letters as candidate,
        count(*) as rows,
        max(valid) as valid,
        max(undoubted) as undoubted,
        max(newest) as newest,
        max(main) as main,
        max(source_rank) as source_rank
    from golden_contender
    where list_contains($best, attribute_no)
    group by group_no, attribute_no, letters
),

away as (
    select group_no, attribute_no, letters as candidate, count(*) as rows
    from golden_away
    group by group_no, attribute_no, letters
)

select
    letter.*,
    -- records of the own contact, those of another home included: what they hold is not known elsewhere
    letter.rows + coalesce(away.rows, 0) as rows_own,
    row_number() over (
        partition by letter.group_no, letter.attribute_no order by letter.rows desc, letter.candidate
    ) as place
from letter
left join away using (group_no, attribute_no, candidate)
qualify count(*) over (partition by letter.group_no, letter.attribute_no) > 1
