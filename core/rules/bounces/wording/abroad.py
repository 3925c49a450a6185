"""The same families in languages beside English: nobody of that name, full, closed, refused, unreachable."""

from core.rules.bounces.wording.families import family
from core.vocabulary import BounceClass as B

CLOSED_ABROAD = family(
    "closed abroad",
    B.MAILBOX,
    r"(konto|postfach|benutzer)\b.{0,40}(gesperrt|deaktiviert|stillgelegt|gel.scht|inaktiv)",
    r"(compte|bo.te).{0,30}(d.sactiv|ferm|suspendu|archiv|bloqu|inacti)",
    r"(cuenta|conta|buz.n|casilla|usuario).{0,30}(desactivad|suspendid|suspensa|cerrad|bloquead|expirad|inactiv)",
    r"(disattivat|sospes|bloccat|disabilitat|scadut)[ao]|(konto|skrzynka).{0,30}(zablokowan|nieaktywn|wyłączon)",
    r"отключ[её]н|заблокирован|удал[её]н|niet (meer )?actief|opgeheven|geblokkeerd|avstängd|inaktiv",
    r"停用|禁用|冻结|停止されて|無効です|無効にな|(계정|사용자).{0,12}(정지|중지|휴면)",
)
ABROAD = (
    family(
        "full abroad",
        B.MAILBOX,
        r"(postfach|mailbox|speicher\w*)\b.{0,60}(voll\b|.ber(schritten|füllt)|ueberschritten|ersch.pft)",
        r"zu ?viele mails",
        r"bo.te.{0,40}(pleine|satur.e)|quota.{0,20}(d.pass|atteint|superat)",
        r"buz.n.{0,40}llen[oa]|casella.{0,40}piena|caixa.{0,40}(cheia|lotada)|cuota|cota (excedida|ultrapassada)",
        r"(postvak|mailbox|brievenbus) (is |zit )?vol\b|skrzynka.{0,30}(pełna|przepełniona)|limit pojemno",
        r"(ящик|хранилищ).{0,30}(перепол|заполн)|превышен.{0,20}(квот|объ[её]м)|brevlåda.{0,20}full|kotas[ıi]",
        r"(邮箱|信箱|メールボックス).{0,8}(已?满|滿|一杯|いっぱい)|容量|(메일함|사서함|편지함|용량).{0,12}(초과|가득)",
    ),
    CLOSED_ABROAD,
    family(
        "sender abroad",
        B.SENDER,
        r"adresse ip.{0,20}bloqu|ip-adresse.{0,30}(gesperrt|blockiert)|(发信|发送).{0,6}(ip|地址)|黑名单|拒绝中继",
        r"absender\w*.{0,20}(abgelehnt|gesperrt|unbekannt|ung.ltig)|(exp.diteur|.metteur).{0,20}(refus|invalide|bloqu)",
        r"remitente.{0,20}(rechazad|bloquead|no v.lid)",
        r"mittente.{0,20}(rifiutat|bloccat|non valid)|отправител.{0,20}(отклон|заблок)|adres nadawcy",
    ),
    family(
        "content abroad",
        B.CONTENT,
        r"(nachricht|message|mail).{0,30}(zu gro|trop (gros|volum))|(demasiado|troppo) grande|邮件.{0,6}过大",
        r"taille (limite|maximale)|大小超|(als|comme|como|come|jako) spam|zbyt (dług|duż)|спам|垃圾|스팸|迷惑メール",
    ),
    family(
        "rate abroad",
        B.RATE,
        r"trop de (connexions|messages)|zu viele (verbindungen|nachrichten)|demasiad[oa]s (conexiones|mensajes)",
        r"并发|频率|(超过|超出).{0,12}限制|слишком много",
    ),
    family(
        "domain abroad",
        B.DOMAIN,
        r"\bdomain\b.{0,20}(existiert nicht|nicht gefunden|unbekannt)|domaine.{0,20}(inconnu|n.existe pas)",
        r"dominio.{0,20}(no existe|non esiste|inesistente)|домен.{0,20}не (найден|существует)|域名不存在",
    ),
    family(
        "user abroad",
        B.ADDRESS,
        r"(empf.nger|benutzer|adresse?|adressat|postfach|konto)\b.{0,40}(unbekannt|ung.ltig|existiert nicht"
        r"|nicht (gefunden|vorhanden|existiert|bekannt))|(unbekannter?|ung.ltige[rs]?) (empf.nger|benutzer|adresse)",
        r"(destinataire|adresse|utilisateur|compte).{0,40}(inconnue?|invalide|n.existe pas|introuvable|pas .t. trouv)",
        r"(usuario|destinatario|cuenta|direcci.n|buz.n|persona).{0,30}(desconocid|no (existe|v.lid|(se )?encontr))",
        r"no existe (dicha|ese|el|esta)|nessun utente",
        r"(indirizzo|destin(atario|\.)?|utente|casella)\W.{0,40}(non esiste|inesistente|sconosciut|errat)",
        r"(usu.rio|utilizador|destinat.rio|endere.o).{0,20}(desconhecid|inexistente|inv.lid)",
        r"(usu.rio|utilizador|destinat.rio|endere.o).{0,30}n.o (existe|(foi )?encontrad)",
        r"onbekende? (gebruiker|adres|ontvanger)",
        r"(gebruiker|adres|ontvanger).{0,20}(onbekend|bestaat niet|niet gevonden)",
        r"(użytkownik|adres|odbiorc).{0,20}(nieznany|nie istnieje)|nie ma takiego",
        r"(mottagar|adress|anv.ndar).{0,30}(finns inte|hittades inte|ok.nd)|inte att hitta|ukjent (bruker|mottaker)",
        r"(příjemce|uživatel|adresa|schránka).{0,20}(neexistuje|nenalezen)|(kullanıcı|alıcı|adres).{0,20}bulunamadı",
        r"(пользовател|получател|адрес|ящик).{0,25}(не найден|не существует|неизвест|нет\b)",
        r"(用户|收件人|地址|邮箱|帳號|使用者).{0,6}(不存在|无效|無效|未找到|找不到)",
        r"(宛先|ユーザー?|アドレス).{0,8}(不明|存在し|見つか)|無効な(宛先|アドレス)|存在し(ません|ない)|見つかりません",
        r"リストにありません|(주소|사용자|수신자|계정).{0,10}(존재하지|없)",
    ),
    family(
        "time abroad",
        B.TRANSIENT,
        r"antwortet nicht|zeit.berschreitung|vor.bergehend|sp.ter erneut|ne r.pond pas|temporaire|d.lai|plus tard",
        r"no responde|temporal|tiempo de espera|m.s tarde|non risponde|temporane|n.o responde|tempor.ri|reageert niet",
        r"tijdelijk|tymczasow|nie odpowiada|временн|позже|не отвечает|暂时|稍后|暫時|一時的|タイムアウト|일시적|나중에",
    ),
)
