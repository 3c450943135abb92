from __future__ import annotations

import pytest

from channels.base import Receipt, Verdict
from channels.errors import Rejected
from channels.twilio_callbacks import STATES, parse_inbound, parse_status, sign

URL = "https://outreach.example.gov.cn/callbacks/twilio/status/17.abc"
TOKEN = "12345"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+8613900001111"}

# The example of Twilio's documentation "Validating signatures from Twilio".
DOCUMENTED_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
DOCUMENTED_FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def test_the_documented_example_gives_the_documented_signature() -> None:
    assert sign(DOCUMENTED_FORM, DOCUMENTED_URL, TOKEN) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_our_own_form_gives_a_fixed_signature() -> None:
    # openssl: printf '%s' "$URL" MessageSidSM1 MessageStatusdelivered To+8613900001111 | openssl dgst -sha1 -hmac 12345
    assert sign(FORM, URL, TOKEN) == "z5aS5IvC9yWsXY6WOgGcXbWI1SY="


def test_a_signed_receipt_is_read() -> None:
    receipt = parse_status(FORM, URL, sign(FORM, URL, TOKEN), TOKEN)
    assert receipt == Receipt("SM1", "delivered", "delivered")


def test_a_failed_receipt_names_its_error_and_what_it_means() -> None:
    form = {**FORM, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    receipt = parse_status(form, URL, sign(form, URL, TOKEN), TOKEN)
    assert receipt == Receipt("SM1", "undelivered", "undelivered", "30003", Verdict.LATER)


def test_a_signature_by_a_shared_key_is_read_with_its_algorithm() -> None:
    from twilio.request_validator import RequestValidator

    signature = RequestValidator(TOKEN).compute_signature(URL, FORM, "HMAC_SHA256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert parse_status(FORM, URL, signature, TOKEN, settings=settings).provider_id == "SM1"
    with pytest.raises(Rejected):
        parse_status(FORM, URL, signature, TOKEN)


@pytest.mark.parametrize("status", sorted(STATES))
def test_every_status_of_an_outgoing_message_is_known(status: str) -> None:
    form = {**FORM, "MessageStatus": status}
    assert parse_status(form, URL, sign(form, URL, TOKEN), TOKEN).state == STATES[status]


@pytest.mark.parametrize(
    ("form", "url", "token", "signature"),
    [
        pytest.param({**FORM, "MessageStatus": "failed"}, URL, TOKEN, None, id="a changed status"),
        pytest.param({**FORM, "ErrorCode": "30003"}, URL, TOKEN, None, id="an added field"),
        pytest.param(FORM, URL + "x", TOKEN, None, id="another path"),
        pytest.param(FORM, URL.replace("https", "http"), TOKEN, None, id="http for https"),
        pytest.param(FORM, URL, "54321", None, id="another token"),
        pytest.param(FORM, URL, TOKEN, "", id="no signature"),
        pytest.param(FORM, URL, TOKEN, "签名", id="a signature that is no base64"),
    ],
)
def test_a_forged_receipt_is_rejected(
    form: dict[str, str], url: str, token: str, signature: str | None
) -> None:
    given = sign(FORM, URL, TOKEN) if signature is None else signature
    with pytest.raises(Rejected) as raised:
        parse_status(form, url, given, token)
    assert raised.value.code == "channels.twilio.signature"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"MessageStatus": "sent"}, id="no SID"),
        pytest.param({"MessageSid": "SM1"}, id="no status"),
        pytest.param({"MessageSid": "SM1", "MessageStatus": "received"}, id="an incoming message"),
        pytest.param({"MessageSid": "SM1", "MessageStatus": "x" * 999}, id="an unknown status"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_signed_form_that_is_no_receipt_is_rejected(form: dict[str, str]) -> None:
    with pytest.raises(Rejected) as raised:
        parse_status(form, URL, sign(form, URL, TOKEN), TOKEN)
    assert raised.value.code == "channels.twilio.form"


def test_a_text_from_a_phone_is_read() -> None:
    form = {"MessageSid": "SM2", "From": "+8613900001111", "To": "+8610690001", "Body": "R"}
    inbound = parse_inbound(form, URL, sign(form, URL, TOKEN), TOKEN)
    assert (inbound.sender, inbound.text) == ("+8613900001111", "R")
    with pytest.raises(Rejected):
        parse_inbound(form, URL, "no", TOKEN)
    with pytest.raises(Rejected):
        parse_inbound({}, URL, sign({}, URL, TOKEN), TOKEN)
