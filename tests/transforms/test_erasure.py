"""A user taken out of texts and rows: nothing of them is left, and nobody else is touched."""

import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.collector.otlp import request, span
from transforms.erasure import Subject, alias_for, is_chance_word, subject_digest
from transforms.erasure_requests import erased_request
from transforms.erasure_rows import erased, of_user
from transforms.pseudonyms import pseudonym

KEY = b"k" * 32
ANN = Subject("", ("ann-4711", "user-0123456789abcdef01234567"), "erased-1", ("x.ann-4711", "ann-4711-b"))
NUMBER = Subject("", ("42",), "900000000000001", named_only=True)


def test_an_id_goes_wherever_it_stands_as_a_word() -> None:
    assert ANN.replaced("for ann-4711.") == "for erased-1."
    assert ANN.replaced("user-0123456789abcdef01234567:session") == "erased-1:session"
    assert ANN.replaced(json.dumps({"a": "to\nann-4711"})) == json.dumps({"a": "to\nerased-1"})


def test_who_only_looks_alike_stays() -> None:
    for text in ("joann-4711", "ann-47112", "x.ann-4711", "ann-4711-b", "mail x.ann-4711, ann-4711-b"):
        assert ANN.replaced(text) == text
    assert ANN.replaced("ann-4711-b and ann-4711") == "ann-4711-b and erased-1"


def test_an_id_is_found_as_json_and_addresses_spell_it() -> None:
    odd = Subject("", ('zoë "z" q',), "erased-1")
    assert odd.replaced(json.dumps({"k": 'zoë "z" q'})) == '{"k": "erased-1"}'
    assert odd.replaced(json.dumps({"k": 'zoë "z" q'}, ensure_ascii=False)) == '{"k": "erased-1"}'
    assert odd.replaced("user_id=zo%C3%AB%20%22z%22%20q&model=m") == "user_id=erased-1&model=m"


def test_a_number_goes_only_where_a_user_is_named() -> None:
    assert is_chance_word("42")
    assert is_chance_word("ab")
    assert is_chance_word("null")
    assert not is_chance_word("ann-4711")
    assert NUMBER.replaced("42") == "42"
    assert NUMBER.replaced("42", "retries") == "42"
    assert NUMBER.replaced("42", "user.id") == NUMBER.alias
    said = {"user_id": 42, "retries": 42, "inner": {"userId": "42", "n": "42"}}
    new = json.loads(NUMBER.replaced(json.dumps(said)))
    assert new == {"user_id": int(NUMBER.alias), "retries": 42, "inner": {"userId": NUMBER.alias, "n": "42"}}
    assert NUMBER.replaced("day user_id=42&model=42@17") == f"day user_id={NUMBER.alias}&model=42@17"


def test_an_alias_is_of_the_kind_of_the_id_and_never_holds_it() -> None:
    assert alias_for(["17"], "00000000000001", "ab") == "900000000000001"
    assert alias_for(["erased"], "1", "ab") == "nobody-ab"
    assert alias_for(["ann"], "1", "ab") == "erased-ab"


def test_a_digest_is_the_same_for_id_and_pseudonym_and_of_one_organization() -> None:
    assert subject_digest("a", "ann", KEY) == subject_digest("a", pseudonym("ann", KEY), KEY)
    assert subject_digest("a", "ann", KEY) != subject_digest("b", "ann", KEY)
    assert subject_digest("a", "ann", KEY) != subject_digest("a", "ann", b"other")


texts = st.text(st.sampled_from('ab-. "\\né{}:'), max_size=30)


@given(
    st.text(st.sampled_from("abé-."), min_size=4, max_size=8).filter(lambda text: text[0] in "ab" and text[-1] in "ab"),
    st.lists(texts, max_size=4),
)
def test_nothing_is_left_and_json_stays_json(user: str, parts: list[str]) -> None:
    subject = Subject("", (user,), "0")
    plain = f" {user} ".join(parts)
    assert subject.replaced(subject.replaced(plain)) == subject.replaced(plain)
    assert f" {user} " not in subject.replaced(plain)
    said = json.loads(subject.replaced(json.dumps({"k": [plain, user]})))
    assert said["k"][1] == "0"
    assert f" {user} " not in said["k"][0]


def test_rows_of_other_organizations_and_words_of_ours_stay() -> None:
    said = pa.map_(pa.string(), pa.string())
    table = pa.table(
        {
            "organization": pa.array([None, "acme", ""]),
            "resource_tag_organization": pa.array([None, None, "acme"]),
            "user_id": pa.array(["ann-4711"] * 3),
            "provider": pa.array(["ann-4711", None, None]),
            "attributes": pa.array([[("n", "ann-4711")], [], None], said),
            "notes": pa.array([["ann-4711", None], None, []], pa.list_(pa.string())),
            "trace_id": pa.array([b"ann-4711"] * 3),
        }
    )
    result = erased(table, Subject("", ANN.ids, ANN.alias))
    assert result.changed.tolist() == [True, False, True], "an empty organization is said: resource tags do not count"
    assert result.table["user_id"].to_pylist() == ["erased-1", "ann-4711", "erased-1"]
    assert result.table["attributes"].to_pylist() == [[("n", "erased-1")], [], None]
    assert result.table["notes"].to_pylist() == [["erased-1", None], None, []]
    assert result.table["provider"].to_pylist()[0] == "ann-4711"
    assert result.in_vocabulary == {"provider"}
    assert result.table.schema == table.schema
    assert of_user(table, Subject("acme", ANN.ids, "x")).tolist() == [False, True, False]
    assert erased(table, Subject(None, ANN.ids, "x")).changed.all()


def test_requests_keep_their_form() -> None:
    body = request(span("chat of ann-4711"), span("chat of joann-4711")).SerializeToString()
    new = erased_request(body, "span", ANN)
    assert new == body.replace(b"\x10chat of ann-4711", b"\x10chat of erased-1")
    assert erased_request(new, "span", ANN) is new
    assert erased_request(b'{"note": "ann-4711"}', "outcome", ANN) == b'{"note": "erased-1"}'
    assert erased_request(b"\xff\xffann-4711", "span", ANN) == b"\xff\xffxxxxxxxx"
