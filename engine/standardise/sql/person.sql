-- One row per record: who the row names, what kind it is, and why.
-- Reads: std_name_cell, the dictionaries std_title, std_gender, std_first_name, std_last_name, std_full_name,
--   std_birth_name, std_suffix, std_organisation, std_kind_word; std_source_columns, std_has_mail_or_birth.
-- A name such as "Guest" is a placeholder only in a row without e-mail and birth date: no walk-in customer has either.
with read_cells as (
    select
        cell.record_id,
        cell.source,
        cell.title as title_cell,
        cell.organisation as organisation_cell,
        title.title as told_title,
        title.gender as told_gender,
        title.academic_title as told_academic,
        coalesce(title.household, false) as told_household,
        coalesce(title.several, false) as told_several,
        case when by_title.kind is null then title.reason end as told_reason,
        gender.gender as column_gender,
        first_cell.first_name as f_first,
        coalesce(first_cell.alone, false) as f_alone,
        coalesce(first_cell.household, false) as f_household,
        first_cell.reason as f_reason,
        first_cell.persons as f_persons,
        coalesce(first_cell.seems = 'last_name' and last_cell.seems = 'first_name', false) as is_swapped,
        last_cell.last_name as l_last,
        last_cell.first_name as l_first,
        last_cell.birth_name as l_birth,
        coalesce(last_cell.alone, false) as l_alone,
        coalesce(last_cell.household, false) as l_household,
        last_cell.reason as l_reason,
        last_cell.persons as l_persons,
        last_cell.organisation as l_organisation,
        last_cell.legal_form as l_legal_form,
        cell.first_name is null and cell.last_name is null as uses_full_name,
        full_cell.first_name as n_first,
        full_cell.last_name as n_last,
        full_cell.birth_name as n_birth,
        coalesce(full_cell.alone, false) as n_alone,
        coalesce(full_cell.household, false) as n_household,
        full_cell.reason as n_reason,
        full_cell.persons as n_persons,
        full_cell.organisation as n_organisation,
        full_cell.legal_form as n_legal_form,
        coalesce(first_cell.suffix, last_cell.suffix, full_cell.suffix) as name_suffix,
        coalesce(first_cell.title, last_cell.title, full_cell.title) as name_title,
        coalesce(first_cell.gender, last_cell.gender, full_cell.gender) as name_gender,
        coalesce(first_cell.academic_title, last_cell.academic_title, full_cell.academic_title) as name_academic,
        birth.last_name as birth_name,
        suffix.suffix as suffix,
        nullif(trim(cell.academic_title), '') as academic_cell,
        organisation.name as o_name,
        organisation.legal_form as o_legal_form,
        organisation.reason as o_reason,
        organisation.person as o_person,
        organisation.first_name as o_first,
        organisation.last_name as o_last,
        organisation.title as o_title,
        organisation.gender as o_gender,
        nullif(trim(cell.organisation_line2), '') as o_line2,
        coalesce(said.kind, by_title.kind) as said_kind,
        known.record_id is not null as is_known_otherwise
    from std_name_cell as cell
    left join std_title as title on title.raw = cell.title and title.beside_h = cell.beside_h
    left join std_gender as gender on gender.raw = cell.gender and gender.beside_h = cell.beside_h
    left join std_first_name as first_cell
        on first_cell.raw = cell.first_name and first_cell.style = cell.first_name_style and first_cell.titled = cell.titled
    left join std_last_name as last_cell
        on last_cell.raw = cell.last_name and last_cell.style = cell.last_name_style and last_cell.titled = cell.titled
        and last_cell.country = cell.last_name_country
    left join std_full_name as full_cell
        on full_cell.raw = cell.full_name and full_cell.style = cell.style and full_cell.titled = cell.titled
        and full_cell.country = cell.country and full_cell.name_order = cell.name_order
    left join std_birth_name as birth on birth.raw = cell.birth_name and birth.style = cell.style
    left join std_suffix as suffix on suffix.raw = cell.suffix
    left join std_organisation as organisation
        on organisation.raw = cell.organisation and organisation.country = cell.country
        and organisation.style = cell.style
    left join std_kind_word as said on said.raw = cell.person_or_org
    left join std_kind_word as by_title on by_title.raw = cell.title and by_title.kind = 'structure'
    left join std_has_mail_or_birth as known on known.record_id = cell.record_id
),

joined_cells as (
    select
        *,
        case
            when uses_full_name then n_first
            when is_swapped then l_last
            else coalesce(f_first, l_first)
        end as first_read,
        case
            when uses_full_name then n_last
            when is_swapped then f_first
            else coalesce(l_last, case when f_first is not null then n_last end)
        end as last_read,
        case
            when uses_full_name then n_alone and not is_known_otherwise
            else (f_alone or f_first is null) and (l_alone or l_last is null) and (f_alone or l_alone)
                and not is_known_otherwise
        end as says_nothing,
        told_household or f_household or l_household or (uses_full_name and n_household) as is_household,
        case when uses_full_name then n_reason when is_swapped then 'names_swapped' else f_reason end as first_reason_read,
        case when uses_full_name then n_reason when is_swapped then 'names_swapped' else l_reason end as last_reason_read,
        case when uses_full_name then n_organisation when f_first is null then l_organisation end as company,
        case when uses_full_name then n_legal_form when f_first is null then l_legal_form end as company_form
    from read_cells
),

named as (
    select
        *,
        case when not says_nothing and not (is_household and uses_full_name) then first_read end as first_name,
        case when not says_nothing then last_read end as last_name,
        greatest(
            coalesce(f_persons, 0),
            coalesce(case when uses_full_name then n_persons when f_first is null then l_persons end, 0)
        ) as persons_named,
        persons_named >= 2 as names_two
    from joined_cells
),

titled as (
    select
        *,
        case
            when told_reason = 'unanswered_choice' and not names_two then null
            else coalesce(told_title, name_title)
        end as title_told,
        concat_ws(' ', first_name, last_name) as person
    from named
),

folded as (
    -- case: only rows with an organisation are folded; one list: the pattern is compiled once
    select
        *,
        case
            when o_name is not null
                then list_transform(
                    [
                        case when o_person = 'sure' then concat_ws(' ', o_first, o_last) else o_name end,
                        person, concat_ws(' ', last_name, first_name), last_name
                    ],
                    lambda name: std_fold(name)
                )
        end as names
    from titled
),

compared as (
    select
        *,
        person <> '' as has_person,
        coalesce(first_name is not null and list_contains(names[2:], names[1]), false) as repeats_person,
        coalesce(first_name is null and title_told is null and names[1] = names[4], false) as repeats_organisation
    from folded
),

decided as (
    select
        compared.*,
        case
            when not files.names_persons and files.names_organisations then 'no_person_column'
            when said_kind = 'structure' and (has_person or o_name is not null) then 'said_by_column'
            when said_kind = 'relay' and has_person and o_name is not null then 'said_by_column'
            when said_kind = 'person' and has_person then 'said_by_column'
            when repeats_person then 'organisation_repeats_name'
            when repeats_organisation then 'name_repeats_organisation'
            when o_name is not null and company is not null then 'organisation_only'
            when o_name is not null and has_person then 'organisation_and_person'
            when o_person = 'sure' and files.names_persons then 'person_in_organisation'
            when o_name is not null then 'organisation_only'
            when company is not null and uses_full_name then 'organisation_in_full_name'
            when company is not null then 'organisation_in_last_name'
            when has_person and o_reason = 'placeholder' then 'organisation_placeholder'
            when has_person then 'person_only'
            else 'no_name'
        end as kind_reason
    from compared
    left join std_source_columns as files using (source)
),

kinds as (
    select
        *,
        case
            when kind_reason in (
                'no_person_column', 'name_repeats_organisation', 'organisation_only', 'organisation_in_full_name',
                'organisation_in_last_name'
            ) then 'structure'
            when kind_reason = 'organisation_and_person' then 'relay'
            when kind_reason <> 'said_by_column' then 'individual'
            when said_kind = 'person' then 'individual'
            when said_kind = 'relay' then 'relay'
            when o_name is not null and has_person and not repeats_person and not repeats_organisation then 'relay'
            else 'structure'
        end as kind
    from decided
),

shown as (
    select
        *,
        kind = 'structure' as is_structure,
        kind_reason = 'person_in_organisation' as is_from_organisation,
        o_person is not null and not has_person and coalesce(kind_reason <> 'no_person_column', true) as may_be_person,
        case
            when (repeats_person or kind_reason = 'person_in_organisation') and kind = 'individual' then null
            when kind = 'structure' then coalesce(o_name, company, nullif(person, ''))
            else o_name
        end as organisation_shown
    from kinds
)

select
    record_id,
    kind,
    kind_reason,
    case
        when is_from_organisation then case when o_title = 'MR_AND_MRS' then 2 else 1 end
        when is_structure or not has_person then null
        when names_two or told_several or title_told = 'MR_AND_MRS' then greatest(2, persons_named)
        when is_household then null
        else 1
    end as persons,
    case
        when is_structure then null
        when is_from_organisation then o_title
        when title_told is not null then title_told
        when is_household or names_two or title_cell is not null then null
        when column_gender = 'M' then 'MR'
        when column_gender = 'F' then 'MRS'
    end as title,
    case when is_from_organisation then o_first when not is_structure then first_name end as first_name,
    case when is_from_organisation then o_last when not is_structure then last_name end as last_name,
    case when not is_structure then coalesce(birth_name, l_birth, case when uses_full_name then n_birth end) end as birth_name,
    case when not is_structure then coalesce(suffix, name_suffix) end as suffix,
    case when not is_structure then coalesce(told_academic, academic_cell, name_academic) end as academic_title,
    case
        when is_structure or names_two or title_told = 'MR_AND_MRS' then null
        when is_from_organisation then o_gender
        else coalesce(column_gender, told_gender, name_gender)
    end as gender,
    case when o_line2 is null then organisation_shown else concat_ws(' ', organisation_shown, o_line2) end as organisation,
    case
        when organisation_shown is null then null
        when organisation_shown = o_name then o_legal_form
        else company_form
    end as legal_form,
    case
        when told_reason = 'name_in_title' or (told_reason is not null and title_told is null) then told_reason
        when column_gender is not null and told_gender is not null and column_gender <> told_gender
            then 'title_gender_conflict'
        when title_told is null and title_cell is null and column_gender is not null and not is_structure then 'from_gender'
    end as title_reason,
    case
        when says_nothing and (f_alone or uses_full_name) then 'placeholder'
        when is_household then 'household_name'
        when f_first is null and l_first is not null and not uses_full_name then 'taken_from_last_name'
        else first_reason_read
    end as first_name_reason,
    case
        when kind_reason in ('organisation_in_last_name', 'organisation_in_full_name') then 'organisation_in_last_name'
        when kind_reason = 'name_repeats_organisation' then 'repeats_organisation'
        when is_structure and has_person then 'organisation_in_last_name'
        when says_nothing and (l_alone or uses_full_name) then 'placeholder'
        else last_reason_read
    end as last_name_reason,
    case
        when repeats_person and kind = 'individual' then 'repeats_person_name'
        when kind_reason = 'organisation_in_last_name' then 'organisation_in_last_name'
        when kind_reason = 'organisation_in_full_name' then 'organisation_in_full_name'
        else coalesce(o_reason, case when may_be_person then 'person_in_organisation' end)
    end as organisation_reason
from shown
