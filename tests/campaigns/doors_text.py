"""The doors that take one line of text, or a file of lines: amounts, cocktails, times, ids, keys, heads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mesococktail import Amount, AmountRange, Cocktail, Doctor, Study, other
from mesococktail.log import PublicKey, Receipt, Signer, read_keys
from mesococktail.log.heads import read_heads
from mesococktail.records import Plan, time_of
from tests.campaigns.doors import FORMULARY, Door, House, as_argument
from tests.campaigns.hostile import Template
from tests.log.helpers import AT, LINE, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def text_doors(house: House) -> Iterator[Door]:
    """Yield the doors that take a text, of the library and of the terminal."""
    for name, sound, read in (*_library(house), *_of_the_log(house)):
        yield Door(name, Template(sound, {}, ""), partial(bytes.decode, errors="surrogatepass"), read)
    for name, sound, command in _commands(house):
        yield Door(name, Template(sound, {}, ""), as_argument, partial(_run, house, command))


def file_doors(house: House) -> Iterator[Door]:
    """Yield the doors that take a file of lines."""
    heads, keys, pem = house.heads.read_text(), f"{house.public}\n", house.key.read_text()
    stop, verify = ("stop", house.prescription, "--reason", "x"), ("verify", "--signed-from", "9")
    doors: list[tuple[str, str, Callable[[str], object]]] = [
        ("read_keys", keys, lambda path: sorted(read_keys(path))),
        ("read_heads", heads, lambda path: len(read_heads(house.log, path))),
        ("Signer.load", pem, lambda path: str(Signer.load(path).public) in house.public),
        ("verify --keys", keys, lambda path: house.run(*verify, "--keys", path).exit_code),
        ("verify --heads", heads, lambda path: house.run("verify", "--heads", path).exit_code),
        ("--sign", pem, lambda path: house.run(*stop, "--sign", path).exit_code),
    ]
    for name, sound, read in doors:
        yield Door(name, Template(sound, {}, ""), house.holding, read)


def _run(house: House, command: tuple[str, ...], given: str) -> int:
    return house.run(*command, given).exit_code


def _library(house: House) -> Iterator[tuple[str, str, Callable[[str], object]]]:
    yield "Amount.parse", "2.5 mL", lambda text: Amount.parse(text).stored
    yield "AmountRange.parse", "0.5-1 mg", AmountRange.parse
    yield "Cocktail.parse", LINE, lambda text: Cocktail.parse(text).dose("minoxidil")
    yield "Plan.parse", "weekly x8", Plan.parse
    yield "time_of", AT, time_of
    yield "Receipt.parse", house.head, Receipt.parse
    yield "PublicKey.parse", house.public.split()[-1], lambda text: str(PublicKey.parse(text)) in house.public
    yield "Formulary.find", "minoxidil", lambda text: FORMULARY.find(text).agent.id
    yield "Formulary.term", "frontal", lambda text: FORMULARY.term("zones", text).code
    yield "Formulary.terms", "zones", lambda text: len(FORMULARY.terms(text)) > 0
    yield "other", "serum nine", lambda text: other(text, description="ours").name
    yield "other, description", "a serum", lambda text: other("serum nine", description=text).description
    yield "Doctor.id", "dr-b", lambda text: Doctor(id=text, name="B").id
    yield "Doctor.name", "B. Physician", lambda text: Doctor(id="dr-b", name=text).name


def _of_the_log(house: House) -> Iterator[tuple[str, str, Callable[[str], object]]]:
    def reason(text: str) -> object:
        return house.log.stop(house.prescription, reason=text).reason

    def recorded_by(text: str) -> object:
        return house.log.stop(house.prescription, reason="x", recorded_by=text).recorded_by

    def as_of(text: str) -> object:
        with house.log.as_of(text) as then:
            return len(then)

    yield "log.get", house.session, lambda text: house.log.get(text).kind
    yield "log.history", house.session, lambda text: len(house.log.history(text))
    yield "log.verify", house.head, lambda text: house.log.verify(head=text)
    yield "log.as_of", "2099-03-01T10:00:00+04:00", as_of
    yield "log.retention", AT, lambda text: house.log.retention(5, now=text)
    yield "reason", "moved away", reason
    yield "recorded_by", "nurse", recorded_by
    yield "patient", "P-014", lambda text: prescribe(house.log, text).record.patient
    yield "Study.where", "2025-03", lambda text: Study(house.log).where(since=text).conditions != ()


def _commands(house: House) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the commands by what is said last, with a sound thing to say."""
    who = ("-p", "P-9", "--doctor", "dr-a", "--for", "alopecia areata")
    return (
        ("amount", "2.5 mL", ("amount",)),
        ("prescribe", LINE, ("prescribe", *who, "--dry-run")),
        ("prescribe --plan", "weekly x8", ("prescribe", LINE, *who, "--dry-run", "--plan")),
        ("prescribe --at", AT, ("prescribe", LINE, *who, "--dry-run", "--at")),
        ("prescribe -p", "P-9", ("prescribe", LINE, *who[2:], "--dry-run", "-p")),
        ("prescribe --for", "alopecia areata", ("prescribe", LINE, *who[:4], "--dry-run", "--for")),
        ("amend --set, text", "note=x", ("amend", house.session, "--reason", "x", "--set")),
        ("amend --reason", "was missing", ("amend", house.session, "--set", "note=x", "--reason")),
        ("stop --recorded-by", "nurse", ("stop", house.prescription, "--reason", "x", "--recorded-by")),
        ("show", house.session, ("show",)),
        ("list --as-of", "2099-01-01", ("list", "--as-of")),
        ("audit", house.session, ("audit",)),
        ("verify --head", house.head, ("verify", "--head")),
        ("verify --receipt", house.head, ("verify", "--receipt")),
        ("study --since", "2025-03", ("study", "combinations", "--since")),
        ("study --contains", "agent=minoxidil", ("study", "combinations", "--contains")),
        ("agents", "minoxidil", ("agents",)),
        ("terms", "zones", ("terms",)),
        ("chart", "P-014", ("chart",)),
        ("list -p", "P-014", ("list", "-p")),
        ("published", "minoxidil + biotin", ("published",)),
        ("doctor, name", "B. Physician", ("doctor", "dr-b")),
    )
