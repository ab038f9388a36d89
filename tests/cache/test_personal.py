"""What is found to be personal, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache import PersonalDataError, personal_data
from tests.cache.support import keep, own


@pytest.mark.parametrize(
    "text, kind",
    [
        ("Write to ada.l+chat@mail.example.org please", "e-mail"),
        ("Call me back on +44 20 7946 0958", "telephone"),
        ("my number: (212) 736-5000", "telephone"),
        ("Ruf an: 030 901820", "telephone"),
        ("charge 4111 1111 1111 1111 for it", "card"),
        ("my amex is 378282246310005", "card"),
        ("pay to DE89 3704 0044 0532 0130 00", "IBAN"),
        ("pay to gb82west12345698765432", "IBAN"),
        ("SSN 536-90-4399", "social security"),
        ("NI number QQ 12 34 56 C is a sample, AB 12 34 56 C is not", "national insurance"),
        ("Steuer-ID 36 574 261 809", "German tax"),
        ("mi DNI es 54362315K", "Spanish"),
        ("CPF 390.533.447-05", "Brazilian"),
        ("use sk-proj-abcdefghijklmnop1234 for it", "key"),
        ("token ghp_16C7e42F292c6912E7710c838347Ae178B4a", "key"),
        ("AKIAIOSFODNN7EXAMPLE", "key"),
        ("set it to wJalrXUtnFEMIK7MDENGbPxRfiCY32EXAMPLEKEY", "key"),
        ("my password is hunter22", "key"),
        ("I live at 221 Baker Street", "address"),
        ("wohnt in der Lindenstraße 12", "address"),
        ("deliver to SW1A 2AA", "address"),
        ("Hi, my name is Ada and I need help", "name"),
        ("Ich heiße Ada", "name"),
        ("I was born on 3 May 1990", "birth"),
        ("DOB: 03/05/1990", "birth"),
        ("my order number is AB-1234567", "personal number"),
    ],
)
def test_personal_data_is_found_and_not_repeated(text, kind):
    found = personal_data(text)
    assert found is not None
    assert kind in found
    assert not any(len(word) > 3 and word in found for word in text.split() if word[-1].isdigit())


@pytest.mark.parametrize(
    "text",
    [
        "How long is a marathon? 42.195 km.",
        "What is my name?",
        "What is 1234567 times 89?",
        "Compare 1,000,000 with 2.5e10 and 3.14159265358979",
        "When was Albert Einstein born? On 14 March 1879.",
        "What happened on 2024-01-15 and from 1939 to 1945?",
        "Use Python 3.11.4 with torch 2.13.0 on 192.168.0.1",
        "How do I write an e-mail address with two @ signs?",
        "What does getElementsByClassNameFromDocument do?",
        "Is ISBN 978-3-16-148410-0 a book?",
        "Call me a taxi, and what is a strong password?",
        "The card number 4111 1111 1111 1112 fails Luhn",
        "What is the capital of Portugal?",
        "a very-long-hyphenated-word-in-lower-case",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text):
    assert personal_data(text) is None


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text):
    assert personal_data(text) is None or isinstance(personal_data(text), str)


@pytest.mark.parametrize(
    "question, answer",
    [("I am ada@example.org, who am I?", "A user."), ("Who is it?", "Write to ada@example.org.")],
)
def test_personal_data_is_kept_in_its_conversation_and_in_no_shared_scope(cache, question, answer):
    with pytest.raises(PersonalDataError, match="an e-mail address") as caught:
        keep(cache, question, answer)
    assert "ada" not in str(caught.value)
    assert cache.entries() == ()
    keep(cache, question, answer, own("ada"))
    assert cache.lookup(question, own("ada"), threshold=1).hit
