"""Evidence: what the rest of the base says about candidates, gathered only for those still tied.

Every kind of evidence is a SELECT of group_no, attribute_no, candidate and ``score`` (larger is better) over the
subjects it is asked about. A contact's own records never support it: what is counted over the base leaves them out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.golden.attributes import NUMBER, Attribute
from engine.golden.learned import Learned
from engine.golden.letters import letters_sql
from engine.rulebook.survivorship import Survivorship
from engine.workspace import Workspace

Gather = Callable[[Workspace, str, Sequence[int]], str]
"""Given the workspace, a kind of evidence and attribute numbers: a SELECT of scores for temp table golden_tied."""

MOST_CANDIDATES = 60
"""Candidates of one field that are compared with each other: pairs grow with the square, and who has more is a
cluster to look at, not to measure."""

_SWAPPED = {NUMBER["first_name"]: NUMBER["last_name"], NUMBER["last_name"]: NUMBER["first_name"]}
_PARTNERS = {NUMBER["postcode"]: "postcode", NUMBER["town"]: "town"}


class Evidence:
    """Gathers evidence for letters, from the contest itself and from what the whole base taught."""

    def __init__(self, chosen: Sequence[Attribute], rules: Survivorship, learned: Learned) -> None:
        self._attributes = {attribute.number: attribute for attribute in chosen}
        self._rules = rules
        self._learned = learned
        self.trusted = False

    def of_letters(self, ws: Workspace, name: str, numbers: Sequence[int]) -> str:
        """Scores for the letters in golden_tied."""
        return self.scores(ws, name, numbers, "select group_no, attribute_no, candidate from golden_tied")

    def of_variants(self, ws: Workspace, name: str, numbers: Sequence[int]) -> str:
        """Scores for the variants in golden_tied: the best of the spellings near to each."""
        subjects = (
            "select distinct group_no, attribute_no, other as candidate "
            "from golden_tied join golden_near using (group_no, attribute_no, candidate)"
        )
        scores = self.scores(ws, name, numbers, subjects)
        return f"""
            select near.group_no, near.attribute_no, near.candidate, max(score) as score
            from golden_near as near join ({scores}) as scores
                on scores.group_no = near.group_no and scores.attribute_no = near.attribute_no
                and scores.candidate = near.other
            group by near.group_no, near.attribute_no, near.candidate
        """

    def scores(self, ws: Workspace, name: str, numbers: Sequence[int], subjects: str) -> str:
        """A SELECT of ``name``'s scores for ``subjects`` (a SELECT), attributes ``numbers`` only."""
        among = f"attribute_no in ({', '.join(map(str, numbers))})"
        subject = f"(select * from ({subjects}) where {among})"
        make: dict[str, Callable[[Workspace, Sequence[int], str], str]] = {
            "known": self._known,
            "not_swapped": self._not_swapped,
            "email_supports": self._email_supports,
            "usual_domain": self._usual_domain,
            "fits_partner": self._fits_partner,
            "trust": self._trust,
            "medoid": self._medoid,
            "ngram": self._ngram,
        }
        return make[name](ws, numbers, subject)

    # -- the kinds ----------------------------------------------------------------------------

    def _known(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        self._learned.lexicon(ws, numbers)
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                case when lexicon.rows > own.rows_own then 1 else 0 end as score
            from {subject} as subject
            join golden_letter as own using (group_no, attribute_no, candidate)
            left join golden_lexicon as lexicon
                on lexicon.attribute_no = subject.attribute_no and lexicon.letters = subject.candidate
        """

    def _not_swapped(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        self._learned.lexicon(ws, sorted(_SWAPPED))
        other = " ".join(f"when {number} then {partner}" for number, partner in _SWAPPED.items())
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                case
                    when there.rows >= 3 and there.rows > 3 * (coalesce(here.rows, 0) - own.rows_own) then 0
                    else 1
                end as score
            from {subject} as subject
            join golden_letter as own using (group_no, attribute_no, candidate)
            left join golden_lexicon as here
                on here.attribute_no = subject.attribute_no and here.letters = subject.candidate
            left join golden_lexicon as there
                on there.attribute_no = (case subject.attribute_no {other} end) and there.letters = subject.candidate
        """

    def _email_supports(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                max(case
                    when length(subject.candidate) >= 3 and contains(
                        regexp_replace(split_part(mail.value, '@', 1), '[^\\p{{L}}]+', '', 'g'),
                        replace(subject.candidate, ' ', '')
                    ) then 1 else 0
                end) as score
            from {subject} as subject
            left join golden_cell as mail
                on mail.group_no = subject.group_no and mail.attribute_no = {NUMBER["email"]}
            group by subject.group_no, subject.attribute_no, subject.candidate
        """

    def _usual_domain(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        self._learned.domains(ws)
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                case when domain.rows >= {self._rules.valid.usual_domain} then 1 else 0 end as score
            from {subject} as subject
            left join golden_domain as domain on domain.domain = split_part(subject.candidate, '@', 2)
        """

    def _fits_partner(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        self._learned.pairs(ws)
        selects = []
        for number in numbers:
            mine, theirs = _PARTNERS[number], next(name for partner, name in _PARTNERS.items() if partner != number)
            selects.append(
                f"""
                select subject.group_no, subject.attribute_no, subject.candidate,
                    max(case when pair.rows > own.rows then 1 else 0 end) as score
                from {subject} as subject
                left join (
                    select mine.group_no, mine.letters as here, {self._folded(theirs, "theirs.value")} as there,
                        count(*) as rows
                    from golden_contender as mine
                    join golden_cell as theirs using (group_no, record_no)
                    where mine.attribute_no = {number} and theirs.attribute_no = {NUMBER[theirs]}
                    group by mine.group_no, here, there
                ) as own on own.group_no = subject.group_no and own.here = subject.candidate
                left join golden_pair as pair on pair.{mine} = own.here and pair.{theirs} = own.there
                where subject.attribute_no = {number}
                group by subject.group_no, subject.attribute_no, subject.candidate
                """
            )
        return " union all ".join(selects)

    def _folded(self, name: str, value: str) -> str:
        return letters_sql(value, self._attributes[NUMBER[name]].rule.fold)

    def _trust(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        if not self.trusted:
            return f"select group_no, attribute_no, candidate, 0 as score from {subject}"
        # agreeing other columns of the value's best record; the column itself is left out
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                max((record.agreeing - case when verdict.candidate = cell.letters then 1 else 0 end + 0.5::double)
                    / record.filled) as score
            from {subject} as subject
            join golden_contender as cell
                on cell.group_no = subject.group_no and cell.attribute_no = subject.attribute_no
                and cell.letters = subject.candidate
            join golden_agreement as record on record.record_no = cell.record_no
            join golden_verdict as verdict
                on verdict.group_no = subject.group_no and verdict.attribute_no = subject.attribute_no
            group by subject.group_no, subject.attribute_no, subject.candidate
        """

    def _medoid(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        return f"""
            select subject.group_no, subject.attribute_no, subject.candidate,
                -sum(other.rows * damerau_levenshtein(subject.candidate, other.candidate)) as score
            from {subject} as subject
            join (
                select group_no, attribute_no, candidate, rows from golden_letter
                qualify row_number() over (
                    partition by group_no, attribute_no order by rows desc, candidate
                ) <= {MOST_CANDIDATES}
            ) as other using (group_no, attribute_no)
            group by subject.group_no, subject.attribute_no, subject.candidate
        """

    def _ngram(self, ws: Workspace, numbers: Sequence[int], subject: str) -> str:
        self._learned.grams(ws, numbers)
        # whole millionths: sums of integers do not depend on the order of the threads
        return f"""
            select part.group_no, part.attribute_no, part.candidate,
                sum((1e6 * ln((coalesce(three.n, 0) + 0.5) / (coalesce(two.n, 0) + 20)))::bigint)
                    / count(*) as score
            from (
                select *, '##' || candidate || '#' as text, unnest(range(1, length(candidate) + 2)) as place
                from {subject}
            ) as part
            left join golden_gram as three
                on three.attribute_no = part.attribute_no and three.gram = substring(part.text, part.place, 3)
            left join golden_gram as two
                on two.attribute_no = part.attribute_no and two.gram = substring(part.text, part.place, 2)
            group by part.group_no, part.attribute_no, part.candidate
        """
