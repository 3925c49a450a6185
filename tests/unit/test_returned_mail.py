"""Whole mails that come back, from many makes of server and in many languages: whom they name, and what they mean."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.returns.parsing import read_return
from core.rules.bounces.judging import Judgement, judge
from core.rules.bounces.notices import Kind

ANNA = "anna@shop.example"


def report(*fields: str, words: str = "It came back.", subject: str = "Undelivered Mail Returned to Sender") -> str:
    blocks = "\n".join(f"{one}\n" for one in fields)
    return (
        f"From: MAILER-DAEMON@relay.example\nSubject: {subject}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=edge\n\n"
        f"--edge\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
        f"--edge\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n{blocks}--edge--\n"
    )


def feedback(kind: str, *, named: str = f"Original-Rcpt-To: <{ANNA}>\n") -> str:
    return (
        "From: fbl@provider.example\nSubject: FW: offer\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=edge\n\n"
        f"--edge\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n{named}\n"
        f"--edge\nContent-Type: message/rfc822\n\nFrom: news@us.example\nTo: {ANNA}\n\nHello\n--edge--\n"
    )


def plain(subject: str, text: str, *, sender: str = "Mail Delivery System <mailer-daemon@relay.example>") -> str:
    return f"From: {sender}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"


def judged(mail: str | bytes) -> list[tuple[str, str, bool]]:
    found = read_return(mail if isinstance(mail, bytes) else mail.encode())
    return [(one.address, str(verdict.bounce), verdict.suppress) for one in found for verdict in (judge(one),)]


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ("Final-Recipient: rfc822; <anna@shop.example>", ANNA),
        ("Final-Recipient: RFC822;anna@shop.example", ANNA),
        ("Final-Recipient: utf-8; anna@bücher.example", "anna@bücher.example"),
        (r"Final-Recipient: utf-8; jos\x{E9}@shop.example", "josé@shop.example"),
        ('Final-Recipient: rfc822; "anna maria"@shop.example', '"anna maria"@shop.example'),
        ("Final-Recipient: rfc822; anna@[192.0.2.7]", "anna@[192.0.2.7]"),
        ("Final-Recipient: rfc822; @hop.example:anna@shop.example", ANNA),
        ("Original-Recipient: rfc822; anna@shop.example\nFinal-Recipient: rfc822; home@else.example", ANNA),
        ("Original-Recipient: rfc822; unknown\nFinal-Recipient: rfc822; anna@shop.example", ANNA),
        ("Original-Recipient: rfc822; anna@shop.example\nFinal-Recipient: x400; /S=anna/ADMD= /C=GB/", ANNA),
        ("Final-Recipient: x400; /S=anna/ADMD= /C=GB/", ""),
    ],
)
def test_a_report_is_of_the_address_that_we_wrote_to(fields: str, address: str) -> None:
    mail = report(f"{fields}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown")
    assert judged(mail) == [(address, "address", True)]


def test_a_report_with_letters_beyond_ascii_has_a_part_of_its_own() -> None:
    mail = report("Final-Recipient: utf-8; jürgen@bücher.example\nAction: failed\nStatus: 5.2.2")
    told = mail.replace("message/delivery-status", "message/global-delivery-status")
    assert judged(told) == judged(mail) == [("jürgen@bücher.example", "mailbox", False)]


def test_a_charset_that_is_no_name_hides_nothing() -> None:
    mail = "From: MAILER-DAEMON\nSubject: failure notice\nContent-Type: text/plain; charset=a\0b\n\n"
    assert judged(f"{mail}<{ANNA}>: no such user, né?") == [(ANNA, "address", True)]


def test_half_a_character_is_none() -> None:
    mail = report(
        "Final-Recipient: utf-8; +2AA-anna@shop.example\nAction: failed\nDiagnostic-Code: smtp; +2AA- no such user"
    )
    told = mail.replace("message/delivery-status", "message/global-delivery-status; charset=utf-7")
    assert [bounce for _, bounce, _ in judged(told)] == ["address"]


def test_each_recipient_of_a_report_is_judged_by_what_was_said_of_them() -> None:
    mail = report(
        "Final-Recipient: rfc822; anna@shop.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 no such user",
        "Final-Recipient: rfc822; bert@shop.example\nAction: failed\nStatus: 5.2.2",
        "Final-Recipient: rfc822; carl@shop.example\nAction: delayed\nStatus: 4.4.1",
    )
    assert judged(mail) == [
        (ANNA, "address", True),
        ("bert@shop.example", "mailbox", False),
        ("carl@shop.example", "transient", False),
    ]


def test_without_a_diagnosis_the_words_for_people_are_heard() -> None:
    words = "Your letter did not reach:\n\n<anna@shop.example>: the mailbox is full and takes nothing more\n"
    assert judged(report(f"Final-Recipient: rfc822; {ANNA}\nAction: failed\nStatus: 5.0.0", words=words)) == [
        (ANNA, "mailbox", False)
    ]


def test_a_session_transcript_names_each_recipient_behind_what_was_said_of_them() -> None:
    text = (
        "   ----- Transcript of session follows -----\n"
        "... while talking to mx.shop.example:\n>>> RCPT To:<anna@shop.example>\n"
        "<<< 550 no mailbox of that name\n550 <anna@shop.example>... User unknown\n"
        "... while talking to mx.else.example:\n<<< 552 over quota\n554 <bert@else.example>... Service unavailable\n"
        "   ----- Unsent message follows -----\nTo: carl@third.example\n"
    )
    assert judged(plain("Returned mail: see transcript", text)) == [
        (ANNA, "address", True),
        ("bert@else.example", "mailbox", False),
    ]


def test_a_page_is_read_as_people_read_it() -> None:
    page = (
        "<html><body><p>Delivery has failed to these recipients:</p><p>&lt;anna@shop.example&gt;<br>"
        "The recipient&#39;s mailbox is full.</p></body></html>"
    )
    mail = f"From: postmaster@shop.example\nSubject: Undeliverable: offer\nContent-Type: text/html\n\n{page}\n"
    assert judged(mail) == [(ANNA, "mailbox", False)]


def test_a_notification_within_a_notification_is_opened() -> None:
    inner = {
        "notificationType": "Bounce",
        "bounce": {"bouncedRecipients": [{"emailAddress": ANNA, "status": "5.1.1", "action": "failed"}]},
    }
    outer = json.dumps({"Type": "Notification", "Message": json.dumps(inner)})
    assert judged(plain("AWS Notification Message", outer, sender="no-reply@sns.example")) == [(ANNA, "address", True)]


@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other", "opt-out"])
def test_a_report_of_a_complaint_counts(kind: str) -> None:
    assert judged(feedback(kind)) == [(ANNA, "complaint", True)]


def test_a_complaint_whose_report_hides_the_recipient_is_of_whom_the_letter_went_to() -> None:
    assert judged(feedback("abuse", named="")) == [(ANNA, "complaint", True)]


def test_a_complaint_without_a_report_is_of_whom_the_provider_says_had_the_letter() -> None:
    letter = f"X-HmXmrOriginalRecipient: {ANNA}\nFrom: news@us.example\nTo: list@us.example\n\nHello\n"
    head = "From: staff@provider.example\nSubject: complaint about message from 192.0.2.7\n"
    mixed = "Content-Type: multipart/mixed; boundary=edge\n\n--edge\nContent-Type: message/rfc822\n\n"
    assert judged(f"{head}{mixed}{letter}--edge--\n") == [(ANNA, "complaint", True)]


def test_blank_lines_before_a_mail_are_no_mail() -> None:
    assert judged("\n  \n" + plain("failure notice", f"<{ANNA}>:\n550 No such user here\n")) == [
        (ANNA, "address", True)
    ]


def test_an_account_that_is_closed_is_dead_whenever_the_server_says_so() -> None:
    text = (
        f"{ANNA}\n    SMTP error from remote mail server after end of data:\n    554 this account has been disabled\n"
    )
    assert judged(plain("Mail delivery failed", text)) == [(ANNA, "mailbox", True)]


def test_a_failed_check_and_a_letter_that_was_no_spam_are_no_complaints() -> None:
    assert judged(feedback("auth-failure")) == [(ANNA, "complaint", False)]
    assert judged(feedback("not-spam")) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: offer",
        "Out of Office: offer",
        "Re: Out of office",
        "Abwesenheitsnotiz: Angebot",
        "Automatische Antwort: Angebot",
        "Ich bin im Urlaub",
        "Réponse automatique : offre",
        "Absence du bureau",
        "Respuesta automática: oferta",
        "Fuera de la oficina",
        "Risposta automatica: offerta",
        "Resposta automática: oferta",
        "Automatisch antwoord: aanbod",
        "Autosvar: tilbud",
        "Odpowiedź automatyczna: oferta",
        "Автоответ: предложение",
        "自动回复：报价",
        "自動応答: お知らせ",
        "부재중 자동 응답",
        "Otomatik yanıt: teklif",
    ],
)
def test_a_holiday_answer_is_known_in_many_languages(subject: str) -> None:
    assert judged(plain(subject, "I am back on Monday.", sender=f"Anna <{ANNA}>")) == [(ANNA, "autoreply", False)]


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied (vacation)", "X-Autoreply: yes", "Precedence: auto_reply"]
)
def test_a_holiday_answer_is_known_by_its_header(header: str) -> None:
    assert judged(f"From: {ANNA}\nSubject: Thank you\n{header}\n\nI am away.") == [(ANNA, "autoreply", False)]


@pytest.mark.parametrize(
    "mail",
    [
        plain(
            "Report domain: us.example Submitter: provider.example", "Attached.", sender="postmaster@provider.example"
        ),
        plain("[Preview] DMARC Aggregate Report", "for us.example", sender="postmaster@provider.example"),
        plain("Re: the delivery failed", "My parcel never came, write to bert@shop.example", sender=ANNA),
        plain("Re: offer", "Yes, please.", sender=ANNA),
        plain("Zwrot towaru", "Proszę o adres: bert@shop.example", sender=ANNA),
        f"From: {ANNA}\nSubject: Read: offer\nContent-Type: multipart/report; report-type=disposition-notification; "
        "boundary=edge\n\n--edge\nContent-Type: text/plain\n\nYour letter was read.\n--edge\n"
        f"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {ANNA}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n--edge--\n",
        "",
        "\n\n",
    ],
)
def test_figures_receipts_and_answers_are_no_bounces(mail: str) -> None:
    assert judged(mail) == []


@pytest.mark.parametrize(
    ("charset", "subject", "text", "bounce"),
    [
        ("iso-2022-jp", "配信不能", f"{ANNA}\n宛先のメールアドレスが存在しません", "address"),
        ("gb2312", "退信", f"{ANNA}\n该用户的邮箱已满", "mailbox"),
        ("koi8-r", "Недоставленное сообщение", f"{ANNA}\nПользователь не найден", "address"),
        ("iso-8859-1", "Échec de la remise", f"{ANNA}\nLe destinataire est inconnu", "address"),
        ("utf-8", "Unzustellbar: Angebot", f"{ANNA}\nDas Postfach des Empfängers ist voll", "mailbox"),
        ("euc-kr", "메일 반송", f"{ANNA}\n수신자의 메일함 용량이 초과되었습니다", "mailbox"),
        ("utf-8", "Mancata consegna", f"{ANNA}\nL'indirizzo del destinatario non esiste", "address"),
        ("utf-8", "No entregado", f"{ANNA}\nEl usuario no existe", "address"),
    ],
)
def test_servers_speak_many_languages(charset: str, subject: str, text: str, bounce: str) -> None:
    head = f"From: postmaster@shop.example\nSubject: {subject}\nContent-Type: text/plain; charset={charset}\n"
    mail = head.encode() + b"Content-Transfer-Encoding: 8bit\n\n" + text.encode(charset)
    assert [(address, told) for address, told, _ in judged(mail)] == [(ANNA, bounce)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_nothing(end: str) -> None:
    mail = plain("failure notice", f"<{ANNA}>:\n550 No such user here\n\n--- Below this line is a copy\n")
    assert judged(mail.replace("\n", end)) == judged(mail) == [(ANNA, "address", True)]


SAMPLES = (
    report(f"Final-Recipient: rfc822; {ANNA}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown"),
    feedback("abuse"),
    plain("failure notice", f"<{ANNA}>:\n550 No such user here\n"),
    plain("AWS", '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"a@b.example"}]}}'),
    plain("Returned mail", f"550 <{ANNA}>... User unknown\n"),
)
NOISE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"\n--edge\n",
            b"\nContent-Type: message/rfc822\n\n",
            b"\nContent-Type: text/plain; charset=\xff\xfe\n\n",
            b"Content-Transfer-Encoding: base64\n\n====",
            b"=?utf-8?B?////?=",
            b"=?x?q?=ff?=",
            b'{"Message":"' * 40,
            b"\\x{ffffff}@b.example ",
            b"\x00" * 50,
            b"\nContent-Type: message/feedback-report; charset=a\x00b\n\n",
            b"\nContent-Type: message/global-delivery-status; charset=utf-7\n\nFinal-Recipient: utf-8; +2AA-a@b.test",
            b"Final-Recipient: utf-8;" + b"\\x{D800}" * 5,
            b'"' * 99 + b"@",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.floats(0, 1), NOISE), max_size=4), st.floats(0, 1))
def test_a_broken_mail_is_read_to_an_end(sample: str, hits: list[tuple[float, bytes]], cut: float) -> None:
    raw = sample.encode()
    for where, noise in hits:
        at = int(where * len(raw))
        raw = raw[:at] + noise + raw[at:]
    for notice in (*read_return(raw), *read_return(raw[: int(cut * len(raw))])):
        assert isinstance(judge(notice), Judgement)


@given(st.text(max_size=300), st.sampled_from(list(Kind)), st.text(max_size=12), st.integers(0, 999))
def test_whatever_is_said_is_judged(said: str, kind: Kind, status: str, code: int) -> None:
    notice = read_return(plain("failure notice", f"<{ANNA}>: {said}").encode("utf-8", "replace"))
    for one in notice:
        assert isinstance(judge(one), Judgement)
