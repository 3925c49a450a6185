"""The same families in languages beside English: unknown users, full mailboxes, closed ones."""

import re

from core.vocabulary import BounceClass as B


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


FAMILIES_ABROAD = (
    (
        "full abroad",
        B.MAILBOX,
        _words(
            r"(postfach|mailbox|speicher\w*)\b.{0,60}(voll\b|.berschritten|ueberschritten|ersch.pft)",
            r"bo.te.{0,40}(pleine|satur.e)|quota.{0,20}(d.pass|atteint)",
            r"buz.n.{0,40}llen[oa]|casella.{0,40}piena|caixa.{0,30}(cheia|lotada)",
            r"(postvak|mailbox|brievenbus) (is |zit )?vol\b|skrzynka.{0,30}(pełna|przepełniona)",
            r"(ящик|хранилищ).{0,30}(перепол|заполн)",
            r"(邮箱|信箱|メールボックス).{0,8}(已?满|滿|一杯|いっぱい)|超过.{0,6}容量|容量.{0,6}(超|一杯)",
        ),
    ),
    (
        "disabled abroad",
        B.MAILBOX,
        _words(
            r"(konto|postfach|benutzer)\b.{0,40}(gesperrt|deaktiviert|stillgelegt|gel.scht)",
            r"(compte|bo.te).{0,30}(d.sactiv|ferm|suspendu)",
            r"(cuenta|conta|buz.n).{0,30}(desactivad|suspendid|suspensa|cerrad|bloquead)",
            r"(disattivat|sospes)[ao]|отключ[её]н|заблокирован",
            r"停用|禁用|停止されて|無効です|無効にな",
        ),
    ),
    (
        "user abroad",
        B.ADDRESS,
        _words(
            r"(empf.nger|benutzer|adresse|postfach|konto)\b.{0,40}(unbekannt|nicht (gefunden|vorhanden|existiert)"
            r"|existiert nicht)|(unbekannter?|ung.ltige[rs]?) (empf.nger|benutzer|adresse)",
            r"(destinataire|adresse|utilisateur|compte).{0,30}(inconnue?|invalide|n.existe pas|introuvable)",
            r"(usuario|destinatario|cuenta|direcci.n|buz.n).{0,30}(desconocid|no (existe|v.lid|(se )?encontr))",
            r"(indirizzo|destinatario|utente|casella).{0,40}(non esiste|inesistente|sconosciut)",
            r"(usu.rio|utilizador|destinat.rio|endere.o).{0,20}(desconhecid|inexistente|n.o (existe|(foi )?encontrad))",
            r"onbekende? (gebruiker|adres|ontvanger)|(gebruiker|adres|ontvanger).{0,20}(onbekend|bestaat niet)",
            r"(użytkownik|adres|odbiorca).{0,20}(nieznany|nie istnieje)",
            r"(пользовател|получател|адрес|ящик).{0,25}(не найден|не существует|неизвест)",
            r"(用户|收件人|地址|邮箱|帳號|使用者).{0,6}(不存在|无效|無效|未找到|找不到)",
            r"(宛先|ユーザー?|アドレス).{0,8}(不明|存在し|見つか)|無効な(宛先|アドレス)",
        ),
    ),
)
