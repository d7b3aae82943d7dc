"""What the sample registry says of a student, and so what each credential must say."""

import base64
import csv
import functools
import unicodedata
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "Sources" / "vouchsafe" / "Sample"
ANYBODY = "nmu-00001"
UNIVERSITY = "Northmere University"

FORMATS = {
    "student-id": "dc+sd-jwt",
    "student-id-jwt": "jwt_vc_json",
    "study-id": "jwt_vc_json-ld",
    "enrolment": "dc+sd-jwt",
    "student-card": "dc+sd-jwt",
}
# For paper, which has no key.
UNBOUND = "student-card"
BOUND = [name for name in FORMATS if name != UNBOUND]
VALIDITY_DAYS = {"student-id": 365, "student-id-jwt": 365, "study-id": 365, "enrolment": 180, "student-card": 365}
# Digests of nothing that the configuration asks for.
DECOYS = {"student-id": 3, "enrolment": 0, "student-card": 0}
ALWAYS_DISCLOSED = {
    "student-id": {"university"}, "enrolment": set(),
    "student-card": {"given_name", "family_name", "student_number", "programme"},
}
CREDENTIAL_TYPES = {"student-id-jwt": "StudentID", "study-id": "StudyID"}
# The direction of each language.
DIRECTIONS = {"en": "ltr", "ar": "rtl", "fr": "ltr", "uk": "ltr"}
UNIVERSITY_NAMES = {
    "en": UNIVERSITY, "ar": "جامعة نورثمير", "fr": "Université de Northmere", "uk": "Університет Нортмір"}
NAMES = {
    "student-id": {"en": "Student ID", "ar": "بطاقة الطالب", "fr": "Carte d’étudiant", "uk": "Студентський квиток"},
    "student-id-jwt": {
        "en": "Student ID (W3C)", "ar": "بطاقة الطالب (W3C)", "fr": "Carte d’étudiant (W3C)",
        "uk": "Студентський квиток (W3C)"},
    "study-id": {
        "en": "Study ID", "ar": "هوية الدراسة", "fr": "Identifiant d’études", "uk": "Навчальне посвідчення"},
    "enrolment": {
        "en": "Proof of enrolment", "ar": "إثبات التسجيل", "fr": "Attestation d’inscription",
        "uk": "Довідка про навчання"},
    "student-card": {
        "en": "Student card on paper", "ar": "بطاقة الطالب الورقية", "fr": "Carte d’étudiant sur papier",
        "uk": "Паперовий студентський квиток"},
}


@functools.cache
def students() -> dict[str, dict[str, str]]:
    """Every row of the sample registry by its id."""
    with open(SAMPLE / "students.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def expected_claims(configuration: str, subject: str) -> dict:
    """The claims that a credential must have for a student; what the registry does not know is left out."""
    return MAPPINGS[configuration](students()[subject])


def student_id(row: dict) -> dict:
    """The claims of the student card."""
    return known({
        **same(row, "given_name", "family_name", "birth_date", "student_number", "programme", "email", "enrolled_on"),
        "honours": {"true": True, "false": False}[row["honours"]],
        "languages": row["languages"].split(";") if row["languages"] else None,
        "address": known({
            "street_address": row["street"], "locality": row["locality"], "postal_code": row["postal_code"],
            "country": row["country"],
        }),
        "portrait": portrait(row),
        "university": UNIVERSITY,
    })


def student_id_jwt(row: dict) -> dict:
    """The claims of the student card in the W3C's form."""
    return {
        **same(row, "given_name", "family_name", "birth_date", "student_number", "programme"),
        "university": UNIVERSITY,
    }


def study_id(row: dict) -> dict:
    """The claims of the study card."""
    return {
        "first_name": row["given_name"], "last_name": row["family_name"], "student_id": row["student_number"],
        "portrait": portrait(row), "university": UNIVERSITY,
    }


def enrolment(row: dict) -> dict:
    """The claims of the proof of enrolment."""
    return {
        **same(row, "given_name", "family_name", "birth_date", "email", "student_number", "programme", "degree",
               "faculty", "enrolled_on"),
        "credits": int(row["credits"]),
    }


def student_card(row: dict) -> dict:
    """The claims of the student card on paper."""
    return same(row, "given_name", "family_name", "student_number", "programme")


MAPPINGS = {
    "student-id": student_id, "student-id-jwt": student_id_jwt, "study-id": study_id, "enrolment": enrolment,
    "student-card": student_card,
}


def same(row: dict, *names: str) -> dict:
    """Fields that are claims of the same name."""
    return {name: row[name] for name in names}


def known(claims: dict) -> dict:
    """The claims that have a value."""
    return {name: value for name, value in claims.items() if value not in (None, "")}


def portrait(row: dict) -> str:
    """The picture as a data URI."""
    picture = (SAMPLE / "portraits" / row["portrait"]).read_bytes()
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def notable_students() -> dict[str, str]:
    """Students whose records are unusual, by what is unusual."""
    rows = list(students().values())
    names = {row["id"]: row["given_name"] + row["family_name"] for row in rows}
    return {
        "no languages": next(row["id"] for row in rows if not row["languages"]),
        "no street": next(row["id"] for row in rows if not row["street"]),
        "no postal code": next(row["id"] for row in rows if not row["postal_code"]),
        "leading zero": next(row["id"] for row in rows if row["student_number"].startswith("0")),
        "quotation mark": next(id for id, name in names.items() if '"' in name),
        "decomposed name": next(id for id, name in names.items() if not unicodedata.is_normalized("NFC", name)),
        "beyond the basic plane": next(id for id, name in names.items() if max(name) > "\uffff"),
        "longest name": max(names, key=lambda id: len(names[id])),
        "shortest name": min(names, key=lambda id: len(names[id])),
    }
