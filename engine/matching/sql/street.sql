-- One row per distinct street text: name without its type, type apart, and a house number where the text still held one.
-- Reads: m_folded.
-- "Bahnhofstr.", "Bahnhofstrasse" and "Bahnhof Strasse" give one name; articles are left out because sources drop them.
with distinct_street as (
    select distinct street_text from m_folded where street_text is not null
),
numbered as (
    select
        street_text,
        coalesce(
            nullif(regexp_extract(street_text, '^([0-9]{1,5}[a-z]?)(?: |$)', 1), ''),
            nullif(regexp_extract(street_text, ' ([0-9]{1,5}[a-z]?)$', 1), '')
        ) as number,
        list_transform(
            list_filter(
                string_split(
                    trim(regexp_replace(
                        regexp_replace(street_text, '^[0-9]{1,5}[a-z]?(?: |$)| [0-9]{1,5}[a-z]?$', ' '),
                        '([0-9]+)(st|nd|rd|th)( |$)', '\1\3', 'g'
                    )),
                    ' '
                ),
                lambda w: w <> '' and not list_contains($articles, w)
            ),
            lambda w: coalesce(map($direction_from, $direction_to)[w], w)
        ) as words
    from distinct_street
),
typed as (
    select
        street_text,
        number,
        words,
        len(words) > 1 and list_contains($leading, words[1]) as leads,
        len(words) > 1 and list_contains($trailing, words[-1]) as trails,
        regexp_extract(words[-1], $glued, ['stem', 'type']) as glue
    from numbered
)
select
    street_text,
    number,
    nullif(array_to_string(
        case
            when leads then words[2:]
            when trails then words[:-2]
            when glue.stem <> '' then list_append(words[:-2], glue.stem)
            else words
        end,
        ''
    ), '') as street,
    case
        when leads then coalesce(map($type_from, $type_to)[words[1]], words[1])
        when trails then coalesce(map($type_from, $type_to)[words[-1]], words[-1])
        when glue.stem <> '' then coalesce(map($type_from, $type_to)[glue.type], glue.type)
    end as styp
from typed
