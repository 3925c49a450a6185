"""What the letter itself is refused for: its form, its size, a virus, what filters take for spam, a policy."""

from core.rules.bounces.wording.families import family
from core.vocabulary import BounceClass as B

FORM = family(
    "form",
    B.CONTENT,
    r"(invalid|illegal|malformed|missing|improper\w*|duplicate|blank|bad|no) (\"?from:?\"? )?(valid )?"
    r"(header|mime|message|message-id|subject|date|content)\b",
    r"missing a valid|having no from|multiple.{0,40}addresses in from|blank from|encoded-word|unicode character",
    r"(message|mail) is malformed|headers?\b.{0,30}(too long|formatted|not compliant)|header (error|check)",
    r"(bare|stray) ?(lf|cr|line ?feed)",
    r"\bnot.{0,12}\brfc ?\d*.{0,6}complian|non-?compliant|not (comply|conform)|\brfc ?[25][83]22\b(?!\))",
    r"mime (error|/reject)|8-?bit|(protocol|format)\b.{0,15}violation|invalid (structure|data|characters)",
)
SIZE = family(
    "size",
    B.CONTENT,
    r"(message|mail|e-?mail|attachments?|header|file)\b(?! has been in).{0,25}"
    r"(too (big|large|long)|exceed\w* ((the|a|fixed|your|google's) )*(max\w*|size|limit|length))",
    r"\b(message|mail|e-?mail|header|attachment) (file )?(size|length)\b|(?<!box )size (limit|exceed)",
    r"number of attachments",
)
VIRUS = family("virus", B.CONTENT, r"\bvirus|malware|infected|phishing", r"listed url|\burl in (this|message)")
POLICY = family("policy", B.CONTENT, r"polic(y|ies) (reason|violation|restriction)")
SPAM = family(
    "spam",
    B.CONTENT,
    r"spam|\buce\b|\bube\b|unsolicited|junk|bulk mail",
    r"\bcontent\b(?!-)",
    r"(illegal|forbidden|prohibited|file type) attachment|attachment\b.{0,30}(forbidden|not allowed|illegal|blocked)"
    r"|reject\w* .{0,30}attachment",
    r"\bpolic(y|ies)\b|administratively (?!disabled)|prohibited|security (reason|issue)",
    r"(mail|message|e-?mail)s? (was |is |has been |been )?(\w+ ){0,2}(reject|refus|filtered|denied|blocked)",
)
