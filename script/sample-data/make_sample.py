"""Regenerates the sample registry of the fictional Northmere University.

Writes students.csv and portraits/ below Sources/vouchsafe/Sample
(or the folder given as the only argument). The seed is fixed: the same Python
(3.11) and Pillow (13.0.0) give the same bytes every time.
"""
import csv
import datetime as dt
import pathlib
import random
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
import names
import portraits

SEED, COUNT = 20260114, 620
TODAY = dt.date(2026, 2, 1)
COLUMNS = ("id given_name family_name birth_date email phone student_number programme degree faculty enrolled_on "
           "credits honours languages street locality postal_code country portrait").split()
LENGTH = {"BA": 3, "BSc": 3, "BEng": 3, "MA": 2, "MSc": 2, "MEng": 4, "MBA": 2, "PhD": 5}
MOST_CREDITS = {"BA": 360, "BSc": 360, "BEng": 360, "MA": 180, "MSc": 180, "MEng": 360, "MBA": 180, "PhD": 60}
FOLD = str.maketrans({"ø": "o", "ł": "l", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})
COVERED = {"ar", "ur", "id", "bn", "ms", "en"}


def words(pool):
    return [w.replace("_", " ") for w in pool.split()]


def form(word, sex):
    """The native and Latin spellings of a pool's word, in the form for `sex`."""
    native, _, latin = word.partition("=")
    pick = lambda text: text.split("/")[-1 if sex == "f" else 0]
    return pick(native), pick(latin or native)


def ascii_name(text):
    text = unicodedata.normalize("NFKD", text.lower().translate(FOLD)).lower()
    return re.sub("[^a-z]", "", text)


def drawn_people(rng):
    """Everybody who is not hand-made: (given, family, e-mail name, sex, language, country, overrides)."""
    people, seen = [], {(p[0], p[1]) for p in names.SPECIALS}
    total = COUNT - len(names.SPECIALS)
    tags = [tag for tag, locale in names.LOCALES.items() for _ in range(locale[0])]
    tags += ["en"] * (total - len(tags))
    for tag in tags:
        _, countries, _, men, women, families = names.LOCALES[tag]
        while True:
            sex = rng.choice("mf")
            given, given_latin = form(rng.choice(words(women if sex == "f" else men)), sex)
            family, family_latin = form(rng.choice(words(families)), sex)
            if tag == "en" and rng.random() < .12:
                given += " " + form(rng.choice(words(women if sex == "f" else men)), sex)[0]
            elif tag == "en" and rng.random() < .08:
                given += " " + rng.choice("ABCDEFGHJKLMPRSTW") + "."
            parts = set(given.split())
            if (given, family) not in seen and len(parts) == len(given.split()):
                break
        seen.add((given, family))
        email = ascii_name(given_latin.split(" ")[0]) + "." + ascii_name(family_latin)[:20]
        people.append((given, family, email, sex, tag, rng.choice(countries.split()), {}))
    return people


def postal_code(rng, pattern):
    letters = {"#": "0123456789", "@": "ABDEFGHJLNPQRSTUWXYZ"}
    code = "".join(rng.choice(letters[c]) if c in letters else c for c in pattern)
    # Northmere's invented districts run from NM1 to NM99
    return re.sub("^NM0+ ?", "NM" if re.match("NM0[1-9]", code) else "NM1 ", code)


def address(rng, home):
    if rng.random() < .42:
        if rng.random() < .5:
            street = "%s, Room %d" % (rng.choice(names.HALLS), rng.randint(101, 438))
        else:
            street = "%s%d %s" % (rng.choice(["", "", "Flat %d, " % rng.randint(1, 9)]), rng.randint(1, 140), rng.choice(names.TERM_STREETS))
        locality, country, code = "Northmere", "GB", postal_code(rng, "NM# #@@")
    else:
        country = home if rng.random() < .93 else rng.choice(sorted(names.COUNTRIES))
        localities, streets, layout, pattern = names.COUNTRIES[country]
        locality = rng.choice(words(localities))
        street = layout.format(n=rng.randint(1, 189), h=rng.randint(10, 48), d=rng.randint(1, 9), s=rng.choice(words(streets)))
        code = postal_code(rng, pattern)
    if rng.random() < .05:
        street = ""
    if rng.random() < .05:
        code = ""
    return street, locality, code, country


def languages(rng, tag):
    if rng.random() < .12:
        return ""
    further = names.LOCALES[tag][2].split() if tag in names.LOCALES else ["en"]
    native = rng.choice(["en", "en-GB", "en-GB"]) if tag == "en" else {"pt": rng.choice(["pt-PT", "pt-BR"])}.get(tag, tag)
    wanted = rng.choice([0, 0, 1, 2, 3] if tag == "en" else [0, 1, 1, 2, 3])
    return ";".join([native] + [l for l in further if l != native][:1] * (wanted > 0)
                    + rng.sample([l for l in further[1:] if l != native], min(max(wanted - 1, 0), max(len(further) - 1, 0))))


def studies(rng, given):
    """Programme, degree, faculty, enrolment, birth date, credits and honours that go together."""
    programme, faculty, degrees = rng.choice([p for p in names.PROGRAMMES if given.get("programme", p[0]) == p[0]])
    options = degrees.split()
    # more bachelors than masters than doctors
    degree = given.get("degree") or rng.choice(options[:1] * 4 + options[1:2] * 2 + options[2:])
    first = degree in ("BA", "BSc", "BEng", "MEng")
    year = rng.randint(2026 - LENGTH[degree] - (rng.random() < .1), 2025)
    enrolled = rng.choice([dt.date(year, 9, rng.randint(15, 26))] * 5 + [dt.date(year + 1, 1, rng.randint(12, 23))])
    if enrolled.weekday() > 4:
        enrolled += dt.timedelta(days=7 - enrolled.weekday())
    enrolled = dt.date.fromisoformat(given["enrolled_on"]) if "enrolled_on" in given else enrolled
    if first:
        age = rng.choice([18] * 9 + [19] * 6 + [20, 20, 21, 22, 17, rng.randint(23, 45), rng.randint(24, 62)])
    else:
        age = rng.choice([21, 22, 22, 23, 24, 25, 26, 28, rng.randint(27, 40), rng.randint(35, 66)])
    birth = enrolled - dt.timedelta(days=age * 365 + age // 4 + 1 + rng.randint(0, 360))
    birth = min(max(birth, dt.date(1955, 2, 1)), dt.date(2008, 12, 31))
    if "birth_date" in given:
        birth = dt.date.fromisoformat(given["birth_date"])
        if "enrolled_on" not in given:
            enrolled = max(enrolled, dt.date(min(birth.year + 19, 2025), 9, 22))
    most = MOST_CREDITS[degree]
    terms = max(0, ((TODAY - enrolled).days + 30) // 122)
    pace = most / (LENGTH[degree] * 3)
    earned = min(most, int(terms * pace * rng.choice([.5, .8, .9, 1, 1, 1, 1.1]) // 5 * 5))
    credits = given.get("credits", earned)
    honours = credits >= most / 3 and rng.random() < .3
    return programme, degree, faculty, enrolled, birth, credits, honours


def picture(rng, sex, birth, tag):
    old = (TODAY - birth).days > 365.25 * 52
    fitting = [i for i, look in enumerate(portraits.LOOKS) if look[0] == sex and ("grey" in look[1]) == old
               and (look[1] != "hijab" or tag in COVERED)]
    return portraits.file_name(rng.choice(fitting))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else \
        pathlib.Path(__file__).resolve().parents[2] / "Sources" / "vouchsafe" / "Sample"
    rng = random.Random(SEED)
    people = drawn_people(rng) + list(names.SPECIALS)
    rng.shuffle(people)
    emails = set()
    numbers = {p[6]["student_number"] for p in people if "student_number" in p[6]}
    rows = []
    for index, (given, family, email, sex, tag, home, fixed) in enumerate(people, 1):
        programme, degree, faculty, enrolled, birth, credits, honours = studies(rng, fixed)
        street, locality, code, country = address(rng, home)
        local, count = email, 2
        while local in emails:
            local, count = "%s%d" % (email, count), count + 1
        emails.add(local)
        number = fixed.get("student_number")
        while number is None or (number in numbers and "student_number" not in fixed):
            number = "%08d" % (rng.randrange(10 ** 7) if rng.random() < .1 else rng.randrange(10 ** 7, 10 ** 8))
        numbers.add(number)
        shape = "NFD" if fixed.get("_nfd") else "NFC"
        row = dict(zip(COLUMNS, [
            "nmu-%05d" % index, unicodedata.normalize(shape, given), unicodedata.normalize(shape, family), birth.isoformat(),
            local + "@students.northmere.example", "+447700900%03d" % index, number, programme, degree, faculty, enrolled.isoformat(), str(credits),
            "true" if honours else "false", languages(rng, tag), *(unicodedata.normalize("NFC", t) for t in (street, locality)),
            code, country, picture(rng, sex, birth, tag)]))
        rows.append(row)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "students.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    portraits.write_all(folder / "portraits")


if __name__ == "__main__":
    main()
