"""Login, logout and change of password by Flask-Security, with a brake on guessing."""

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import MailUtil, Security, SQLAlchemySessionUserDatastore

from admin.accounts import Account, NoRole
from admin.context import Panel
from admin.throttle import Throttle

SETTINGS = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_PASSWORD_LENGTH_MIN": 10,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_LOGIN_USER_TEMPLATE": "panel/login.html",
    "SECURITY_CHANGE_PASSWORD_TEMPLATE": "panel/password.html",
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_POST_CHANGE_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_DEFAULT_REMEMBER_ME": False,
}


def install(app: Flask, panel: Panel, throttle: Throttle) -> None:
    app.config.update(SETTINGS)
    app.config["SECURITY_PASSWORD_SALT"] = panel.keys.signing.hex()
    app.extensions["sendbote_security"] = Security(
        app, SQLAlchemySessionUserDatastore(panel.reading, Account, NoRole), mail_util_cls=Names
    )
    app.before_request(lambda: _refuse_guessing(throttle))
    app.after_request(lambda response: _count(throttle, response))


class Names(MailUtil):
    """An account's address is a name to log in by; it need not be one that mail can reach."""

    def normalize(self, email: str) -> str:
        return email.strip().lower()

    def validate(self, email: str) -> str:
        return self.normalize(email)


def _refuse_guessing(throttle: Throttle) -> ResponseReturnValue | None:
    if not _is_attempt() or throttle.allows(_names()):
        return None
    return make_response(render_template("panel/slow_down.html"), 429)


def _count(throttle: Throttle, response: Response) -> Response:
    """Flask-Security shows the form again after a wrong password, and leads on after a right one."""
    if _is_attempt() and response.status_code == 200:
        throttle.failed(_names())
    elif _is_attempt() and response.status_code == 302:
        throttle.forget(_names()[0])
    return response


def _is_attempt() -> bool:
    return request.endpoint == "security.login" and request.method == "POST"


def _names() -> tuple[str, str]:
    return f"account:{request.form.get('email', '').strip().lower()}", f"address:{request.remote_addr}"
