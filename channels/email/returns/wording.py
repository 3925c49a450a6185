"""How mail servers and holiday answers name themselves, in the head of a mail."""

import re

BOUNCING = re.compile(
    r"mailer.?daemon|post_?master|mdaemon|mail error|メールエラー|mail delivery|undeliver|unzustellbar|nicht zugestellt"
    r"|deliver\w* (status|fail|report|problem|notif|delayed)|fail(ed|ure)|return(ed|ing) mail|bounce|user unknown"
    r"|could not (be )?(send|deliver)|non.?deliver|message not delivered|warning: message"
    r"|(remise|livraison|distribution).{0,40}(échou|impossible|non)|non remis|échec d.{0,6}(remise|livraison|envoi)"
    r"|no (se pudo|se ha podido) entregar|no entregado"
    r"|mancat[oa] (recapito|consegna)|impossibile recapitare|niedostarcz|zwrot (wiadomo|poczty|do nadawcy)"
    r"|onbestelbaar|não entregue"
    r"|falha na entrega|не (доставлено|удалось доставить)|недоставлен|ваше сообщение не|退信|无法投递|寄件失敗|系统退回"
    r"|配信不能|送信できません|未達|메일 ?반송|반송 ?메일|전송 ?실패",
    re.IGNORECASE,
)
AUTOREPLY = re.compile(
    r"^\s*(((re|aw|sv|antw)\s*:|\[auto-?reply\])\s*)*"
    r"(auto(matic|mated|matische|matisk|mat)?[ :_-]?(reply|response|antwort|svar|message|responder|antwoord)\b|auto:"
    r"|out[- ]of[- ](the[- ])?office|ooo\b|away from|i am away|(on|annual) (vacation|leave|holiday)|vacation"
    r"|abwesen|ich bin (abwesend|im urlaub)|urlaub|nicht im b.ro"
    r"|r.ponse automatique|absen(ce|t)|message d.absence|respuesta autom|fuera de (la )?oficina|ausen(te|cia)"
    r"|resposta autom|fora do escrit.rio|risposta automatica|fuori (sede|ufficio)|assen(te|za)"
    r"|automatisch (antwoord|bericht)|afwezig|frånvaro|ikke til stede|poissa"
    r"|(odpowied. automatyczna|autoodpowied)|nieobecno|automatick. odpov|otomatik yan.t|автоответ|автоматический ответ"
    r"|自动回复|自動回[覆復]|自動応答|自動返信|不在|자동 ?응답|부재중)",
    re.IGNORECASE,
)
ANSWERED = re.compile(r"^\s*(re|aw|sv|antw|tr)\s*:", re.IGNORECASE)
"""A person's answer may speak of failures; a server answers under a subject of its own."""
STATISTICS = re.compile(r"report[- ]domain:|\bdmarc\b.{0,30}report|aggregate report|\btls-?rpt\b", re.IGNORECASE)
"""Daily figures on a domain (RFC 7489, 8460) speak of no recipient."""
UNDELIVERED = re.compile(
    r"(could|can) ?not be (delivered|sent)|undeliverable|unable to (deliver|send)|delivery (has )?failed"
    r"|fail(ed|ure) to deliver|not delivered",
    re.IGNORECASE,
)
COMPLAINING = re.compile(r"^\s*(complaint about message|email feedback report|abuse report)", re.IGNORECASE)
AUTOMATIC = re.compile(r"auto.?repl(y|ied)|vacation", re.IGNORECASE)
