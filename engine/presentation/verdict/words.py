"""What the formats say around the sentences of the suites, in the four languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.presentation.verdict.model import Change, Entry, Verdict
from engine.presentation.wording import number, percent
from engine.vocabulary import Language, Severity

UNREADABLE: Mapping[Language, str] = {
    "en": "The line could not be read; nothing of it was checked.",
    "fr": "La ligne n'a pas pu être lue ; rien n'en a été vérifié.",
    "de": "Die Zeile konnte nicht gelesen werden; nichts davon wurde geprüft.",
    "it": "La riga non è stata letta; nulla di essa è stato verificato.",
}
"""The sentence of the one expectation that no suite holds: every line is readable."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language; ``{...}`` are filled by :func:`str.format`."""

    title: str
    passed: str
    not_passed: str
    gate: str
    gate_baseline: str
    against: str
    none_failed: str
    met: str
    failed_of: str
    whole_table: str
    listed: str
    more: str
    counted_only: str
    lines: str
    held: str
    scores: str
    checked: str
    example: str
    whole_row: str
    columns: tuple[str, str, str, str, str, str]
    severities: Mapping[Severity, str]
    changes: Mapping[Change, str]
    dimensions: Mapping[str, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="Check of contact data",
        passed="Passed",
        not_passed="Not passed",
        gate="Gate: no expectation of severity {fail_on} failed by more than {max_failed} of the rows.",
        gate_baseline="Only what got worse since the baseline counts.",
        against="{count} of {all} expectations count against the gate.",
        none_failed="Every expectation was met by every row.",
        met="{count} expectations were met by every row.",
        failed_of="{failed} of {rows} rows failed ({share})",
        whole_table="the table as a whole failed",
        listed="the first {listed} of {failed} failing rows are listed",
        more="and {count} more expectations failed; the other formats list them all",
        counted_only="counted only: the rows are not listed",
        lines="{lines} lines",
        held="{held} could not be read",
        scores="Scores: tests passed of tests made",
        checked="Checked",
        example="e.g.",
        whole_row="whole row",
        columns=("Failed", "Share", "Severity", "Expectation", "Column", "What it means"),
        severities={"error": "error", "warning": "warning", "info": "info"},
        changes={"new": "new", "worse": "worse", "same": "unchanged", "better": "better"},
        dimensions={
            "completeness": "completeness", "validity": "validity", "uniqueness": "uniqueness",
            "consistency": "consistency", "accuracy": "accuracy", "timeliness": "timeliness",
        },
    ),
    "fr": Words(
        title="Contrôle des données de contact",
        passed="Réussi",
        not_passed="Échoué",
        gate="Seuil : aucune règle de gravité {fail_on} violée par plus de {max_failed} des lignes.",
        gate_baseline="Seul compte ce qui s'est dégradé depuis la référence.",
        against="{count} règles sur {all} comptent contre le seuil.",
        none_failed="Toutes les lignes respectent toutes les règles.",
        met="{count} règles sont respectées par toutes les lignes.",
        failed_of="{failed} lignes sur {rows} en défaut ({share})",
        whole_table="la table dans son ensemble est en défaut",
        listed="les {listed} premières lignes en défaut sur {failed} sont citées",
        more="et {count} autres règles ne sont pas respectées ; les autres formats les citent toutes",
        counted_only="comptées seulement : les lignes ne sont pas citées",
        lines="{lines} lignes",
        held="{held} illisibles",
        scores="Scores : tests réussis sur tests effectués",
        checked="Contrôlé",
        example="p. ex.",
        whole_row="ligne entière",
        columns=("En défaut", "Part", "Gravité", "Règle", "Colonne", "Ce que cela signifie"),
        severities={"error": "erreur", "warning": "avertissement", "info": "information"},
        changes={"new": "nouveau", "worse": "pire", "same": "inchangé", "better": "mieux"},
        dimensions={
            "completeness": "complétude", "validity": "validité", "uniqueness": "unicité",
            "consistency": "cohérence", "accuracy": "exactitude", "timeliness": "actualité",
        },
    ),
    "de": Words(
        title="Prüfung der Kontaktdaten",
        passed="Bestanden",
        not_passed="Nicht bestanden",
        gate="Schwelle: keine Regel der Schwere {fail_on} von mehr als {max_failed} der Zeilen verletzt.",
        gate_baseline="Es zählt nur, was seit dem Vergleichsstand schlechter wurde.",
        against="{count} von {all} Regeln zählen gegen die Schwelle.",
        none_failed="Alle Zeilen erfüllen alle Regeln.",
        met="{count} Regeln werden von allen Zeilen erfüllt.",
        failed_of="{failed} von {rows} Zeilen fehlerhaft ({share})",
        whole_table="die Tabelle als Ganzes ist fehlerhaft",
        listed="die ersten {listed} von {failed} fehlerhaften Zeilen sind aufgeführt",
        more="und {count} weitere verletzte Regeln; die anderen Formate führen alle auf",
        counted_only="nur gezählt: die Zeilen sind nicht aufgeführt",
        lines="{lines} Zeilen",
        held="{held} nicht lesbar",
        scores="Werte: bestandene von ausgeführten Tests",
        checked="Geprüft",
        example="z. B.",
        whole_row="ganze Zeile",
        columns=("Fehler", "Anteil", "Schwere", "Regel", "Spalte", "Was das heisst"),
        severities={"error": "Fehler", "warning": "Warnung", "info": "Hinweis"},
        changes={"new": "neu", "worse": "schlechter", "same": "unverändert", "better": "besser"},
        dimensions={
            "completeness": "Vollständigkeit", "validity": "Gültigkeit", "uniqueness": "Eindeutigkeit",
            "consistency": "Stimmigkeit", "accuracy": "Richtigkeit", "timeliness": "Aktualität",
        },
    ),
    "it": Words(
        title="Controllo dei dati di contatto",
        passed="Superato",
        not_passed="Non superato",
        gate="Soglia: nessuna regola di gravità {fail_on} violata da più del {max_failed} delle righe.",
        gate_baseline="Conta solo ciò che è peggiorato rispetto al riferimento.",
        against="{count} regole su {all} contano contro la soglia.",
        none_failed="Tutte le righe rispettano tutte le regole.",
        met="{count} regole sono rispettate da tutte le righe.",
        failed_of="{failed} righe su {rows} in errore ({share})",
        whole_table="la tabella nel suo insieme è in errore",
        listed="sono elencate le prime {listed} righe in errore su {failed}",
        more="e altre {count} regole non rispettate; gli altri formati le elencano tutte",
        counted_only="solo contate: le righe non sono elencate",
        lines="{lines} righe",
        held="{held} non leggibili",
        scores="Punteggi: test superati su test eseguiti",
        checked="Controllato",
        example="ad es.",
        whole_row="riga intera",
        columns=("Errori", "Quota", "Gravità", "Regola", "Colonna", "Che cosa significa"),
        severities={"error": "errore", "warning": "avviso", "info": "informazione"},
        changes={"new": "nuovo", "worse": "peggiorato", "same": "invariato", "better": "migliorato"},
        dimensions={
            "completeness": "completezza", "validity": "validità", "uniqueness": "unicità",
            "consistency": "coerenza", "accuracy": "accuratezza", "timeliness": "attualità",
        },
    ),
}  # fmt: skip
"""The words of each language."""


def failed_of(words: Words, entry: Entry) -> str:
    """``123 of 10,000 rows failed (1.2 %)``, or that the table failed as a whole."""
    if not entry.failed:
        return words.whole_table
    failed, rows = number(entry.failed), number(entry.rows)
    return words.failed_of.format(failed=failed, rows=rows, share=percent(float(entry.share)))


def gate_sentence(verdict: Verdict, words: Words) -> str:
    """What had to be met."""
    gate = verdict.gate
    grave: tuple[Severity, ...] = ("error",) if gate.fail_on == "error" else ("error", "warning")
    severity = " / ".join(words.severities[name] for name in grave)
    said = words.gate.format(fail_on=severity, max_failed=percent(float(gate.max_failed)))
    return said if gate.baseline is None else f"{said} {words.gate_baseline}"
