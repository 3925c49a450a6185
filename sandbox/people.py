"""The people who live in a new sandbox."""

from sandbox.telegram.world import Person, World

# Seven-digit numbers, as old accounts of Telegram's have them.
FIRST = (
    Person(1000001, "Olivia", "Operator", "olivia", "en", "operator", deactivated=False),
    Person(1000002, "Otto", "Operator", "otto", "de", "operator", deactivated=False),
    Person(2000001, "Clara", "Customer", "clara", "en", "customer", deactivated=False),
    Person(2000002, "Karim", "Kunde", "karim", "de", "customer", deactivated=False),
    Person(2000003, "Sofía", "Sánchez", "sofia", "es", "customer", deactivated=False),
)


def invite(world: World) -> None:
    """Two operators and three customers, if nobody is there yet."""
    if not world.people():
        for person in FIRST:
            world.add_person(person)
