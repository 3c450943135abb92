"""The sandbox speaks as Twilio and WeCom do, to anybody who posts to it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from outreach import clock
from outreach.web.sandbox import Faults, SandboxAccount, create_sandbox

ACCOUNT = SandboxAccount()
BASE = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages"
FORM = {"To": "+8613900001111", "From": "+8610690001", "Body": "惠民政策"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_sandbox(tmp_path / "s.db", receipt_delay=60)) as client:
        client.auth = (ACCOUNT.sid, ACCOUNT.token)
        yield client


def test_a_message_is_answered_as_a_message_resource(client: TestClient) -> None:
    with clock.fixed(clock.now().replace(microsecond=0)):
        answer = client.post(f"{BASE}.json", data={**FORM, "Body": "惠" * 71})
        assert parsedate_to_datetime(answer.json()["date_created"]) == clock.now()
    assert answer.status_code == 201
    message = answer.json()
    assert message["sid"].startswith("SM")
    assert len(message["sid"]) == 34
    assert message["status"] == "queued"
    assert message["num_segments"] == "2"
    assert (message["to"], message["from"]) == (FORM["To"], FORM["From"])
    assert client.get(message["uri"]).json() == message


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"To": ""}, 400, 21604, id="no To"),
        pytest.param({"To": "13900001111"}, 400, 21211, id="no country code"),
        pytest.param({"To": "+86139"}, 400, 21211, id="too short"),
        pytest.param({"To": "+8613900001111x"}, 400, 21211, id="a letter"),
        pytest.param({"To": "+861390000111\uff11"}, 400, 21211, id="a full-width digit"),
        pytest.param({"To": "+861062345678"}, 400, 21614, id="a landline"),
        pytest.param({"From": ""}, 400, 21603, id="no sender"),
        pytest.param({"Body": ""}, 400, 21602, id="no text"),
        pytest.param({"Body": "福" * 1601}, 400, 21617, id="1,601 characters"),
        pytest.param({"To": "+8613900000002"}, 400, 21610, id="opted out"),
        pytest.param({"To": "+8613900000004"}, 500, 20500, id="internal error"),
        pytest.param({"To": "+8613900000005"}, 429, 20429, id="too fast"),
        pytest.param({"To": "+8613900000008"}, 400, 21614, id="not a mobile"),
    ],
)
def test_a_bad_message_is_refused_in_twilios_words_and_not_kept(
    client: TestClient, change: dict[str, str], status: int, code: int
) -> None:
    answer = client.post(f"{BASE}.json", data={**FORM, **change})
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"code", "message", "more_info", "status"}
    assert (body["code"], body["status"]) == (code, status)
    assert client.get(f"{BASE}.json").json()["messages"] == []


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(basic(ACCOUNT.sid, "wrong"), id="wrong token"),
        pytest.param(basic("AC" + "9" * 32, ACCOUNT.token), id="another account"),
        pytest.param(basic(ACCOUNT.sid, ACCOUNT.token).replace("Basic", "Bearer"), id="no Basic"),
        pytest.param("Basic ###", id="no base64"),
        pytest.param("", id="none"),
    ],
)
def test_a_stranger_is_answered_20003_everywhere(tmp_path: Path, given: str) -> None:
    with TestClient(create_sandbox(tmp_path / "s.db"), headers={"Authorization": given}) as client:
        answers = [
            client.post(f"{BASE}.json", data=FORM),
            client.get(f"{BASE}.json"),
            client.get(f"{BASE}/SM1.json"),
        ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(401, 20003)] * 3


def test_another_accounts_path_is_refused(client: TestClient) -> None:
    assert client.get(f"/2010-04-01/Accounts/AC{'7' * 32}/Messages.json").status_code == 401


def test_an_unknown_message_is_not_found(client: TestClient) -> None:
    assert client.get(f"{BASE}/SM0.json").json()["code"] == 20404


def test_the_list_is_filtered_newest_first_and_paged_even_while_it_grows(
    client: TestClient,
) -> None:
    for number in range(7):
        client.post(f"{BASE}.json", data={**FORM, "Body": str(number)})
        client.post(f"{BASE}.json", data={**FORM, "To": "+8613900009999"})
    page = client.get(f"{BASE}.json", params={"To": FORM["To"], "PageSize": "3"}).json()
    client.post(f"{BASE}.json", data={**FORM, "Body": "late"})
    bodies = [one["body"] for one in page["messages"]]
    while page["next_page_uri"]:
        page = client.get(page["next_page_uri"]).json()
        bodies += [one["body"] for one in page["messages"]]
    assert bodies == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize("size", ["0", "-1", "abc", "²", "999999999999"])
def test_an_odd_page_size_does_no_harm(client: TestClient, size: str) -> None:
    client.post(f"{BASE}.json", data=FORM)
    assert len(client.get(f"{BASE}.json", params={"PageSize": size}).json()["messages"]) == 1


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        pytest.param("v1", {"msgtype": "text", "text": {"content": "各位乡亲"}}, 0, id="a text"),
        pytest.param("", {"msgtype": "text", "text": {"content": "a"}}, 93000, id="no key"),
        pytest.param(
            "v-0002", {"msgtype": "text", "text": {"content": "a"}}, 93000, id="a removed robot"
        ),
        pytest.param("v1", {"msgtype": "poem"}, 40008, id="another type"),
        pytest.param("v1", ["text"], 40008, id="a list"),
        pytest.param("v1", {"msgtype": "text", "text": "a"}, 40058, id="no content"),
        pytest.param("v1", {"msgtype": "text", "text": {"content": ""}}, 40058, id="empty content"),
        pytest.param(
            "v1", {"msgtype": "text", "text": {"content": "福" * 683}}, 45002, id="683 characters"
        ),
    ],
)
def test_a_robot_answers_200_and_means_its_errcode(
    client: TestClient, key: str, body: object, code: int
) -> None:
    answer = client.post("/cgi-bin/webhook/send", params={"key": key}, json=body)
    assert (answer.status_code, answer.json()["errcode"]) == (200, code)


def test_a_robot_that_gets_no_json_says_so(client: TestClient) -> None:
    answer = client.post("/cgi-bin/webhook/send?key=v1", content=b"\xff{")
    assert answer.json()["errcode"] == 47001


def test_the_page_shows_masked_phones_and_groups_and_runs_nothing(client: TestClient) -> None:
    client.post(f"{BASE}.json", data={**FORM, "Body": "<script>alert(1)</script>" + "惠" * 70})
    client.post(
        "/cgi-bin/webhook/send?key=secret-key-abcd",
        json={"msgtype": "text", "text": {"content": "<b>开会</b>"}},
    )
    answer = client.get("/")
    assert answer.status_code == 200
    assert "139****1111" in answer.text
    assert "13900001111" not in answer.text
    assert "群 …abcd" in answer.text
    assert "secret-key" not in answer.text
    assert "<script" not in answer.text
    assert "<b>" not in answer.text
    assert "2 条计费" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/sandbox.css").headers["content-type"].startswith("text/css")


def test_an_empty_page_says_what_belongs_there(client: TestClient) -> None:
    assert "还没有短信" in client.get("/").text


@pytest.mark.parametrize(("drop_after", "slow"), [(-0.1, 0.0), (0.0, 1.1), (0.6, 0.6)])
def test_impossible_rates_are_refused(drop_after: float, slow: float) -> None:
    with pytest.raises(ValueError, match="rates"):
        Faults(drop_after=drop_after, slow=slow)
    with pytest.raises(ValueError, match="rates"):
        Faults(receipt_twice=drop_after, receipt_never=slow)


def statuses(path: Path, faults: Faults) -> list[int]:
    with TestClient(create_sandbox(path, faults=faults, receipt_delay=60)) as client:
        client.auth = (ACCOUNT.sid, ACCOUNT.token)
        return [client.post(f"{BASE}.json", data=FORM).status_code for _ in range(200)]


def test_faults_strike_at_their_rate_and_the_same_way_for_the_same_seed(tmp_path: Path) -> None:
    faults = Faults(error500=0.2, throttle=0.1, seed=7)
    first = statuses(tmp_path / "a.db", faults)
    assert first == statuses(tmp_path / "b.db", faults)
    assert first != statuses(tmp_path / "c.db", Faults(error500=0.2, throttle=0.1, seed=8))
    assert 20 <= first.count(500) <= 60
    assert 8 <= first.count(429) <= 36


def test_numbers_mean_nothing_when_told_so(tmp_path: Path) -> None:
    with TestClient(create_sandbox(tmp_path / "s.db", faults=Faults(by_suffix=False))) as client:
        client.auth = (ACCOUNT.sid, ACCOUNT.token)
        for suffix in range(1, 9):
            form = {**FORM, "To": f"+861390000000{suffix}"}
            assert client.post(f"{BASE}.json", data=form).status_code == 201


def test_a_foreign_server_that_cannot_drop_garbles_instead(client: TestClient) -> None:
    answer = client.post(f"{BASE}.json", data={**FORM, "To": "+8613900000003"})
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()
    assert len(client.get(f"{BASE}.json").json()["messages"]) == 1


def test_a_filed_template_is_filled_with_its_ordered_parameters(client: TestClient) -> None:
    words = {"types": {"twilio/text": {"body": "满65到{{1}}，问{{2}}。"}}}
    sid = client.post("/v1/Content", json=words).json()["sid"]
    form = {name: FORM[name] for name in ("To", "From")}
    told = {**form, "ContentSid": sid, "ContentVariables": '{"1": "卫生院", "2": "12345"}'}
    assert client.post(f"{BASE}.json", data=told).json()["body"] == "满65到卫生院，问12345。"
    for change, code in (
        ({"ContentVariables": '{"1": "卫生院"}'}, 21656),
        ({"ContentVariables": "{"}, 21656),
        ({"ContentSid": "HX0"}, 21655),
    ):
        assert client.post(f"{BASE}.json", data={**told, **change}).json()["code"] == code
    client.auth = ("nobody", "wrong")
    assert client.post("/v1/Content", json=words).status_code == 401
