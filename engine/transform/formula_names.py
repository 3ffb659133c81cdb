"""The names spreadsheets give their functions in French, German and Italian, by their English name."""

from __future__ import annotations

from collections.abc import Mapping

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "IF": ("SI", "WENN", "SE"),
    "IFS": ("SI.CONDITIONS", "WENNS", "PIÙ.SE"),
    "IFERROR": ("SIERREUR", "WENNFEHLER", "SE.ERRORE"),
    "IFNA": ("SI.NON.DISP", "WENNNV", "SE.NON.DISP."),
    "SWITCH": ("SI.MULTIPLE", "ERSTERWERT"),
    "CHOOSE": ("CHOISIR", "WAHL", "SCEGLI"),
    "AND": ("ET", "UND", "E"),
    "OR": ("OU", "ODER", "O"),
    "NOT": ("NON", "NICHT"),
    "ISBLANK": ("ESTVIDE", "ISTLEER", "VAL.VUOTO"),
    "ISNUMBER": ("ESTNUM", "ISTZAHL", "VAL.NUMERO"),
    "ISERROR": ("ESTERREUR", "ISTFEHLER", "VAL.ERRORE"),
    "LEFT": ("GAUCHE", "LINKS", "SINISTRA"),
    "RIGHT": ("DROITE", "RECHTS", "DESTRA"),
    "MID": ("STXT", "TEIL", "STRINGA.ESTRAI"),
    "LEN": ("NBCAR", "LÄNGE", "LUNGHEZZA"),
    "TRIM": ("SUPPRESPACE", "GLÄTTEN", "ANNULLA.SPAZI"),
    "CLEAN": ("EPURAGE", "ÉPURAGE", "SÄUBERN", "LIBERA"),
    "UPPER": ("MAJUSCULE", "GROSS", "MAIUSC"),
    "LOWER": ("MINUSCULE", "KLEIN", "MINUSC"),
    "PROPER": ("NOMPROPRE", "GROSS2", "MAIUSC.INIZ"),
    "SUBSTITUTE": ("SUBSTITUE", "WECHSELN", "SOSTITUISCI"),
    "REPLACE": ("REMPLACER", "ERSETZEN", "RIMPIAZZA"),
    "FIND": ("TROUVE", "FINDEN", "TROVA"),
    "SEARCH": ("CHERCHE", "SUCHEN", "RICERCA"),
    "CONCAT": ("CONCATENATE", "CONCATENER", "CONCATÉNER", "VERKETTEN", "TEXTKETTE", "CONCATENA"),
    "TEXTJOIN": ("JOINDRE.TEXTE", "TEXTVERKETTEN", "TESTO.UNISCI"),
    "REPT": ("WIEDERHOLEN", "RIPETI"),
    "EXACT": ("IDENTISCH", "IDENTICO"),
    "TEXT": ("TEXTE", "TESTO"),
    "VALUE": ("CNUM", "WERT", "VALORE"),
    "DATE": ("DATUM", "DATA"),
    "DATEVALUE": ("DATEVAL", "DATWERT", "DATA.VALORE"),
    "YEAR": ("ANNEE", "ANNÉE", "JAHR", "ANNO"),
    "MONTH": ("MOIS", "MONAT", "MESE"),
    "DAY": ("JOUR", "TAG", "GIORNO"),
    "INT": ("ENT", "GANZZAHL"),
    "ROUND": ("ARRONDI", "RUNDEN", "ARROTONDA"),
    "ROUNDUP": ("ARRONDI.SUP", "AUFRUNDEN", "ARROTONDA.PER.ECC"),
    "ROUNDDOWN": ("ARRONDI.INF", "ABRUNDEN", "ARROTONDA.PER.DIF"),
    "ABS": ("ASS",),
    "MOD": ("REST", "RESTO"),
    "MIN": (),
    "MAX": (),
    "SUM": ("SOMME", "SUMME", "SOMMA"),
    "AVERAGE": ("MOYENNE", "MITTELWERT", "MEDIA"),
    "VLOOKUP": ("RECHERCHEV", "SVERWEIS", "CERCA.VERT"),
    "XLOOKUP": ("RECHERCHEX", "XVERWEIS", "CERCA.X"),
}

ENGLISH: Mapping[str, str] = {name: english for english, others in _ALIASES.items() for name in (english, *others)}
"""Any accepted name -> the English one. ``O`` and ``E`` are Italian only before a bracket, like every name."""

TRUTHS: Mapping[str, str] = {
    **dict.fromkeys(("TRUE", "VRAI", "WAHR", "VERO"), "true"),
    **dict.fromkeys(("FALSE", "FAUX", "FALSCH", "FALSO"), "false"),
}
