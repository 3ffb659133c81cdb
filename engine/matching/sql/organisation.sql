-- One row per distinct organisation name: its telling words, the same as one bag, its initials, and words repeated by rarity.
-- Reads: m_folded, m_seen (what a rehearsal saw: its counts go before this base's).
-- "Provia (ex Bank Muster)" is Provia, formerly Bank Muster; "Bank Muster Basel BMB" is the name and its own initials.
-- A word stands as tok#0..k, k growing with its rarity, so that the overlap of two lists is an idf-weighted cosine in plain SQL.
with distinct_name as (
    select org, count(*) as carriers from m_folded where org is not null group by org
),
worded as (
    select
        org,
        carriers,
        list_transform(string_split(org, ' '), lambda w: coalesce(map($same_from, $same_to)[w], w)) as said
    from distinct_name
),
turned as (
    select
        *,
        list_min(list_transform(
            list_filter($formerly, lambda w: list_position(said, w) between 2 and len(said) - 1),
            lambda w: list_position(said, w)
        )) as turn
    from worded
),
named as (
    select
        org,
        carriers,
        case when turn is null then said else said[:turn - 1] end as words,
        list_filter(
            said[turn + 1:], lambda w: not list_contains($legal_forms, w) and not list_contains($dropped, w)
        ) as former
    from turned
),
unformed as (
    select *, list_filter(words, lambda w: not list_contains($legal_forms, w)) as spelled from named
),
initialled as (
    select
        *,
        len(spelled) > 3 and length(spelled[-1]) > 2 and spelled[-1] in (
            array_to_string(list_transform(spelled[:-2], lambda w: w[1]), ''),
            array_to_string(list_transform(
                list_filter(spelled[:-2], lambda w: not list_contains($dropped, w)), lambda w: w[1]
            ), '')
        ) as initials_told
    from unformed
),
telling as (
    select
        org,
        carriers,
        words,
        former,
        case when initials_told then spelled[-1] end as initials,
        case when initials_told then spelled[:-2] else spelled end as unformed,
        list_filter(
            case when initials_told then spelled[:-2] else spelled end, lambda w: not list_contains($dropped, w)
        ) as told
    from initialled
),
kept as (
    select
        org,
        carriers,
        words,
        former,
        initials,
        unformed,
        list_sort(list_distinct(case when len(told) > 0 then told when len(unformed) > 0 then unformed else words end)) as tok,
        case when len(told) > 0 then told when len(unformed) > 0 then unformed else words end as in_order
    from telling
),
word_count as (
    select word, coalesce(min(m_seen.carriers), count(*)) as names
    from (select unnest(tok) as word from kept)
    left join m_seen on m_seen.kind = 'structure' and m_seen.what = 'word' and m_seen.value = word
    group by word
),
name_count as (
    select coalesce((select carriers from m_seen where kind = 'structure' and what = 'names'), count(*)) as names from kept
),
rarity as (
    select
        word,
        names,
        greatest(1, least(5, round(0.6 * ln((select names + 1.0 from name_count) / names))::integer)) as copies
    from word_count
),
spread as (
    select org, word, names, copies from (select org, unnest(tok) as word from kept) join rarity using (word)
),
weighed as (
    select
        org,
        list(word order by names, word) as by_rarity,
        flatten(list(list_transform(range(copies), lambda i: word || '#' || i) order by word)) as tq
    from spread
    group by org
)
select
    k.org,
    k.tok,
    array_to_string(k.tok, '') as orgs,
    array_to_string(k.in_order, '') as orgj,
    array_to_string(list_transform(k.in_order, lambda w: w[1]), '') as acr_told,
    array_to_string(list_transform(k.unformed, lambda w: w[1]), '') as acr_all,
    coalesce(k.initials, case when len(k.tok) = 1 and length(k.tok[1]) between 2 and 6 then k.tok[1] end) as acr_self,
    case when len(k.in_order) > 1 and length(k.in_order[1]) between 2 and 6 then k.in_order[1] end as acr_first,
    array_to_string(k.in_order[2:], '') as acr_rest,
    nullif(array_to_string(k.former, ''), '') as former,
    array_to_string(list_sort(list_intersect(k.words, $parts)), ' ') as part,
    w.tq,
    w.by_rarity[1] as rare1,
    w.by_rarity[2] as rare2
from kept as k
join weighed as w using (org)
