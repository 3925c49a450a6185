"""Problems of test mails."""

from texts import N_

SENTENCES = {
    "trial.nobody": N_("Enter the addresses that the test should go to."),
    "trial.too_many": N_("A test goes to at most %(most)s addresses. Leave some out."),
    "trial.bad_address": N_("No test was sent, because this is no valid address: %(addresses)s"),
    "trial.erased": N_("No test was sent: the owner of %(address)s asked to be erased and is never written to again."),
    "trial.complained": N_(
        "No test was sent: %(address)s reported a letter as spam and is never written to again. Use another address."
    ),
    "trial.general_blacklist": N_(
        "No test was sent: %(address)s is on the general blacklist, because letters to it came back. "
        "If the address is right, release it in the contact's page."
    ),
}
