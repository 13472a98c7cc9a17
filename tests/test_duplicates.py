"""Double sign-ups and people who leave: found by what rows share, dropped only by choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pools import dice_of

from sortition import InputError, PoolError
from sortition.files.tables import Table
from sortition.messages import render_issue
from sortition.people.duplicates import Group, duplicate_issues, find_duplicates, settle
from sortition.people.exclude import without
from sortition.people.identity import normalise_email, normalise_telephone, parse_name

HEADER = ("id", "Naam", "Geboortedatum", "E-mail", "Telefoon")


def list_of(*rows: str, header: tuple[str, ...] = HEADER) -> Table:
    """Return people from lines of cells between bars, in a file whose first row is 2."""
    cells = tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows)
    return Table(header, cells, tuple(range(2, len(rows) + 2)), "people.csv")


def found(table: Table) -> list[tuple[tuple[int, ...], tuple[str, ...], bool]]:
    return [(group.rows, group.reasons, group.sure) for group in find_duplicates(table)]


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        pytest.param("7||||", "7||||", ("same-id",), id="id"),
        pytest.param("1|||An@X.nl|", "2||| an@x.NL|", ("same-email",), id="e-mail, case aside"),
        pytest.param("1|||a.n@x.nl|", "2|||an@x.nl|", None, id="points in an e-mail address count"),
        pytest.param("1|||geen|", "2|||geen|", None, id="no e-mail address"),
        pytest.param("1||||06-12345678", "2||||+31 (0)6 1234 5678", ("same-telephone",),
                     id="telephone"),
        pytest.param("1||||0000000000", "2||||0000000000", None, id="nobody's number"),
        pytest.param("1|Piet de Vries|1-2-1980||", "2|VRIES, P. de|1980-02-01||", ("same-name",),
                     id="name and birth date, an initial, a surname first"),
        pytest.param("1|Zoë Smit|1-2-1980||", "2|Zoe Smit|01-02-1980||", ("same-name",),
                     id="accents"),
        pytest.param("1|Jan Smit|1-2-1980||", "2|Joris Smit|1-2-1980||", None, id="twins"),
        pytest.param("1|Jan Smit|1-2-1980||", "2|Jan Smit|1-2-1981||", None, id="namesakes"),
        pytest.param("1|Jan Smit|||", "2|Jan Smit|||", None, id="a name alone"),
        pytest.param("1|Jan Smit|1-2-80||", "2|Jan Smit|1-2-80||", None, id="no birth date"),
        pytest.param("||||", "||||", None, id="blanks"),
    ],
)
def test_two_rows_are_one_person_when(
    one: str, other: str, reasons: tuple[str, ...] | None
) -> None:
    """They share an id, an address of e-mail, a number, or name and birth date."""
    expected = [((2, 3), reasons, True)] if reasons else []

    assert expected == found(list_of(one, other))


@pytest.mark.parametrize(
    ("one", "other", "doubts"),
    [
        ("1|An Smit|1-2-1980|wij@x.nl|", "2|Bo Smit|1-2-1980|wij@x.nl|", ("other-name",)),
        ("1|An Smit|1-2-1980||0455123456", "2|An Smit|3-4-2005||0455123456",
         ("other-birth-date",)),
        ("1|An Smit|1-2-1980|wij@x.nl|", "2|Bo Bos|3-4-1981|wij@x.nl|",
         ("other-birth-date", "other-name")),
    ],
)
def test_housemates_who_share_an_address_are_only_perhaps_one(
    one: str, other: str, doubts: tuple[str, ...]
) -> None:
    """Another name or birth date is a doubt, and is said."""
    (group,) = find_duplicates(list_of(one, other))

    assert (False, doubts) == (group.sure, group.doubts)


def test_columns_of_first_and_last_names_are_put_together() -> None:
    """With initials where the first name is blank; particles are passed over."""
    table = list_of(
        "Jan||van der Berg|1-2-1980", "|J.|Berg|1-2-1980", "Piet||Berg|1-2-1980",
        header=("Voornaam", "Voorletters", "Achternaam", "Geboortedatum"),
    )

    assert [((2, 3), ("same-name",), True)] == found(table)


def test_a_chain_of_likeness_is_one_group() -> None:
    """Row 2 shares e-mail with 3 and 3 a telephone number with 4; 5 stands apart."""
    table = list_of(
        "1|||a@x.nl|", "2|||a@x.nl|0612345678", "3||||0612345678", "4|||b@x.nl|0687654321"
    )

    assert [((2, 3, 4), ("same-email", "same-telephone"), True)] == found(table)


def test_a_couple_that_signed_up_twice_is_two_people() -> None:
    """Each with themselves for sure; across the couple there is a doubt."""
    table = list_of(
        "1|An Smit|1-2-1980|wij@x.nl|", "2|Bo Bos|3-4-1981|wij@x.nl|",
        "3|A. Smit|1-2-1980|wij@x.nl|", "4|Bo Bos|3-4-1981|wij@x.nl|",
    )

    assert [
        ((2, 3, 4, 5), ("same-email",), False),
        ((2, 4), ("same-email", "same-name"), True), ((3, 5), ("same-email", "same-name"), True),
    ] == found(table)
    settled = settle(table, "keep-first")
    assert ("1", "2") == settled.table.column("id")
    assert [(4, "3", (2,)), (5, "4", (3,))] == [(d.row, d.id, d.kept) for d in settled.dropped]
    assert [(2, 3, 4, 5)] == [group.rows for group in settled.both]


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["An Smit", "A. Smit", "Bo Bos", ""]),
        st.sampled_from(["1-2-1980", "3-4-1981", ""]), st.sampled_from(["a@x.nl", "b@x.nl", ""]),
    ),
    max_size=8,
)


@given(PEOPLE, st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(
    people: list[tuple[str, str, str]], seed: int
) -> None:
    """Any order finds the same groups of people, when there are no more than ten alike."""
    rows = [f"{at}|{'|'.join(person)}|" for at, person in enumerate(people)]
    wanted = by_ids(list_of(*rows))
    dice_of(seed).shuffle(rows)

    assert wanted == by_ids(list_of(*rows))


def by_ids(table: Table) -> set[tuple[frozenset[str], bool]]:
    ids = dict(zip(table.numbers, table.column("id"), strict=True)) if table.rows else {}
    return {
        (frozenset(ids[row] for row in group.rows), group.sure) for group in find_duplicates(table)
    }


def test_hundreds_with_one_address_are_compared_with_a_few_each() -> None:
    """One group of all; at most ten pairs a row, so that time grows with the list."""
    (group,) = find_duplicates(list_of(*[f"{at}|||info@x.nl|" for at in range(500)]))

    assert 500 == len(group.rows)
    assert len(group.pairs) <= 10 * 500


def test_messages_say_rows_and_reasons_and_nothing_else() -> None:
    """In both languages; no name, number, address or date."""
    table = list_of(
        "1|An Smit|1-2-1980|wij@x.nl|0612345678", "2|Bo Bos|1-2-1980|wij@x.nl|0687654321",
        "3|B. Bos|1-2-1980||",
    )
    issues = duplicate_issues(table, find_duplicates(table))

    assert ["duplicate-perhaps", "duplicate-probable"] == [issue.code for issue in issues]
    assert (
        "people.csv, rij 2: deze rijen zijn misschien één persoon: 2, 3 "
        "(hetzelfde e-mailadres, maar een andere naam)\n"
        "  → zeg met keep_rows = [RIJ] in het projectbestand welke rij blijft; of kies voor "
        'alle zekere dubbele aanmeldingen duplicates = "keep-first" of "keep-last" '
        '(--duplicates keep-first); zijn het verschillende mensen, kies dan "keep-both"'
    ) == render_issue(issues[0], "nl")
    assert "3, 4 (the same name and birth date)" in str(issues[1])


TWICE = list_of("1|||a@x.nl|", "2|||b@x.nl|", "3|||a@x.nl|", "4|||b@x.nl|", "5|||c@x.nl|")


@pytest.mark.parametrize(
    ("choice", "keep", "ids", "gone"),
    [
        ("keep-first", (), ("1", "2", "5"), [(4, (2,)), (5, (3,))]),
        ("keep-last", (), ("3", "4", "5"), [(2, (4,)), (3, (5,))]),
        ("keep-both", (), ("1", "2", "3", "4", "5"), []),
        ("keep-first", (4,), ("2", "3", "5"), [(2, (4,)), (5, (3,))]),
        (None, (2, 5), ("1", "4", "5"), [(3, (5,)), (4, (2,))]),
        (None, (2, 4, 3), ("1", "2", "3", "5"), [(5, (3,))]),
    ],
)
def test_only_what_the_user_chose_is_dropped(
    choice: str | None, keep: tuple[int, ...], ids: tuple[str, ...],
    gone: list[tuple[int, tuple[int, ...]]],
) -> None:
    """A choice for all, rows listed, or both: listed rows come first."""
    settled = settle(TWICE, choice, keep)

    assert ids == settled.table.column("id")
    assert gone == [(dropped.row, dropped.kept) for dropped in settled.dropped]
    assert {("same-email",)} >= {dropped.reasons for dropped in settled.dropped}


def test_without_a_choice_every_open_group_is_a_question() -> None:
    """And so is a listed row that is in none."""
    with pytest.raises(PoolError) as caught:
        settle(TWICE, keep=(2, 6))

    assert [("duplicate-row", 6), ("duplicate-probable", 3)] == [
        (issue.code, issue.row) for issue in caught.value.issues
    ]


def test_perhaps_is_settled_by_listing_a_row_only() -> None:
    """A choice for all leaves both; a row that is listed stays and the other goes."""
    table = list_of("1|An Smit|1-2-1980|wij@x.nl|", "2|Bo Bos|3-4-1981|wij@x.nl|")

    assert ("1", "2") == settle(table, "keep-last").table.column("id")
    assert ("2",) == settle(table, keep=[3]).table.column("id")
    with pytest.raises(PoolError):
        settle(table)


def test_no_listed_row_goes() -> None:
    """Also not because another row of a group that is not sure is listed beside it."""
    table = list_of("1|Bo Bos|1-2-1980|wij@x.nl|", "2|Bo Bos|1-2-1980|wij@x.nl|",
                    "3|An Smit|3-4-1985|wij@x.nl|")

    assert ("2", "3") == settle(table, "keep-first", keep=[3, 4]).table.column("id")
    assert ("2", "3") == settle(table, "keep-first", keep=[3]).table.column("id")


def test_a_choice_that_is_none_is_told() -> None:
    """With those there are."""
    with pytest.raises(InputError) as caught:
        settle(TWICE, "first")

    assert "keep-first, keep-last, keep-both" in str(caught.value)


def test_a_list_without_doubles_stays_as_it_is() -> None:
    """Whatever the choice."""
    table = list_of("1|||a@x.nl|", "2|||b@x.nl|")

    assert (table, (), ()) == (
        settle(table).table, settle(table).dropped, find_duplicates(table)
    )


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("06-12345678", "+31612345678"), ("0031612345678", "+31612345678"),
        ("+31 6 1234 5678", "+31612345678"), ("+31 (0)6 12345678", "+31612345678"),
        ("612345678", "+31612345678"), ("31612345678", "+31612345678"),
        ("'+31612345678", "+31612345678"), ("045 - 560 1234", "+31455601234"),
        ("+32 470 12 34 56", "+32470123456"), ("0032470123456", "+32470123456"),
        ("12345", None), ("6,12E+08", None), ("onbekend", None), ("", None), ("+31", None),
        ("313123456", "+31313123456"), ("0313123456", "+31313123456"),
    ],
)
def test_telephone_numbers_are_compared_in_one_form(cell: str, number: str | None) -> None:
    """However they were written or a spreadsheet left them; Velp's area code is no country code."""
    assert number == normalise_telephone(cell)


@given(st.from_regex(r"\A0[1-9][0-9]{8}\Z"))
def test_normalising_a_number_twice_is_once(cell: str) -> None:
    """What comes out is a number again."""
    once = normalise_telephone(cell)

    assert once is None or once == normalise_telephone(once)


@pytest.mark.parametrize(
    ("cell", "email"),
    [(" An@X.nl ", "an@x.nl"), ("a.n@x.nl", "a.n@x.nl"), ("a@b", None), ("@x.nl", None),
     ("a@x.nl of b@x.nl", None), ("", None)],
)
def test_email_addresses_are_compared_in_one_form(cell: str, email: str | None) -> None:
    """Case aside, points kept; what is no single address is none."""
    assert email == normalise_email(cell)


def test_one_word_is_no_name() -> None:
    """Nor is a title with a surname."""
    assert [None] * 3 == [parse_name("Smit"), parse_name("mevr. de Vries"), parse_name("")]


MEMBERS = Table(
    ("ID", "adres", "pc"),
    (("a1", "Kade 1", "1234 AB"), ("a2", "kade 1", "1234 ab"), ("a3", "Kade 2", "1234 AB"),
     ("a4", "", "1234 AB"), ("007", "Kade 3", "1234 AB")),
    (2, 3, 4, 5, 6), "people.csv",
)


def test_whoever_leaves_is_recorded_with_the_reason() -> None:
    """By id, in the order of the rows; nobody else goes."""
    remaining = without(MEMBERS, ["a3", " a1 ", ""], "lid in 2024")

    assert ("a2", "a4", "007") == remaining.table.column("ID")
    assert [("a1", 2, "lid in 2024", False), ("a3", 4, "lid in 2024", False)] == [
        (one.id, one.row, one.reason, one.housemate) for one in remaining.left
    ]


def test_housemates_leave_when_asked() -> None:
    """By the address in the list, and by that in the file of people already selected."""
    selected = Table(
        ("id", "Adres", "PC"), (("a1", "elders", "9999 ZZ"), ("b9", "Kade 2", "1234 AB"),
                                ("b8", "", "1234 AB")), (2, 3, 4), "selected.csv",
    )

    remaining = without(MEMBERS, selected, "al ingeloot", household=["adres", "pc"], strangers=True)

    assert [("a1", False), ("a2", True), ("a3", True)] == [
        (one.id, one.housemate) for one in remaining.left
    ]
    assert ("a4", "007") == remaining.table.column("ID")
    alone = without(MEMBERS, selected, "al ingeloot", strangers=True)
    assert ["a1"] == [one.id for one in alone.left]


def test_ids_of_nobody_are_told_with_the_one_they_may_be() -> None:
    """Case and the zeros that a spreadsheet took off; each with its row in the file."""
    selected = Table(("id",), (("A1",), ("7",), ("zz",), ("a2",)), (2, 3, 4, 5), "selected.csv")

    with pytest.raises(PoolError) as caught:
        without(MEMBERS, selected, "al ingeloot")

    assert [("selected.csv", 2, "a1"), ("selected.csv", 3, "007"), ("selected.csv", 4, None)] == [
        (issue.file, issue.row, issue.params["nearest"]) for issue in caught.value.issues
    ]
    assert {"exclude-stranger"} == {issue.code for issue in caught.value.issues}


def test_columns_that_are_missing_are_told() -> None:
    """Of the address, or of the ids in a file."""
    with pytest.raises(PoolError) as caught:
        without(MEMBERS, ["a1", "x"], "reden", household=["straat"])
    assert ["column-missing", "exclude-stranger"] == [i.code for i in caught.value.issues]
    with pytest.raises(PoolError) as caught:
        without(MEMBERS, Table(("x",), (("a1",),), (2,), "selected.csv"), "reden")
    assert ["selected.csv"] == [issue.file for issue in caught.value.issues]


def test_without_ids_the_row_numbers_serve() -> None:
    """As they do for the pool."""
    people = Table(("naam",), (("x",), ("y",)), (2, 3))

    assert (("y",),) == without(people, ["2"], "reden").table.rows


def test_a_group_says_what_its_pairs_say() -> None:
    """Sorted, each once."""
    group = Group((2, 3), (), sure=True)

    assert ((), ()) == (group.reasons, group.doubts)
