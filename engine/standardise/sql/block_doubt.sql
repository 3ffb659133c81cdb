-- One row per address line without commas whose post code and town the gazetteer of no country has together.
-- Reads: std_block, std_block_use, std_gazetteer.
-- "5 rue du 11 novembre 1918 Paris" must not become post code 1918: without a comma only the gazetteer can tell.
with lines as (
    select distinct raw from std_block_use where not is_block and not regexp_matches(raw, '[,;\n]')
),

read as (
    select
        block.raw,
        block.town,
        block.region,
        regexp_replace(block.postcode, '^[A-Z]{1,3}[ –-]*', '') as code,
        lower(strip_accents(block.town)) as folded
    from std_block as block
    inner join lines using (raw)
    where block.postcode is not null
)

select raw
from read
where region is null
    and town is not null
    and not exists (
        from std_gazetteer as gazetteer
        where gazetteer.code in (read.code, left(read.code, 4))
            and starts_with(
                trim(regexp_replace(read.folded, '[^a-z0-9]+', ' ', 'g')) || ' ', split_part(gazetteer.place, ' ', 1) || ' '
            )
    )
