-- One row per contested field and candidate letters: how many records hold them, how believable, how new.
-- Reads: golden_cell, golden_field (temp).
-- All spellings count together, or evidence on letters becomes a vote against accents.
select
    cell.group_no,
    cell.attribute_no,
    cell.letters as candidate,
    count(*) filter (where cell.live) as rows,
    count(*) as rows_all,
    max(cell.valid) filter (where cell.live) as valid,
    max(cell.newest) filter (where cell.live) as newest,
    max(cell.main) filter (where cell.live) as main,
    max(cell.source_rank) filter (where cell.live) as source_rank,
    row_number() over (
        partition by cell.group_no, cell.attribute_no
        order by count(*) filter (where cell.live) desc, cell.letters
    ) as place
from golden_cell as cell
join golden_field as field using (group_no, attribute_no)
where field.lowest_letters <> field.highest_letters
    and list_contains($best, cell.attribute_no)
group by cell.group_no, cell.attribute_no, cell.letters
having count(*) filter (where cell.live) > 0
