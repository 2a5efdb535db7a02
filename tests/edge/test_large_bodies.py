"""Places for large bodies: few in all and for each address, whatever an address calls itself."""

from chatd.edge.large_bodies import AT_ONCE, EACH, LargeBodies


def test_one_address_takes_only_a_few_places() -> None:
    places = LargeBodies()
    assert [places.take("203.0.113.7") for _ in range(EACH + 1)] == [True] * EACH + [False]
    assert places.take("203.0.113.8")
    places.give_back("203.0.113.7")
    assert places.take("203.0.113.7") and not places.take("203.0.113.7")


def test_all_addresses_of_one_network_are_one() -> None:
    places = LargeBodies()
    taken = [places.take(f"2001:db8::{n:x}") for n in range(AT_ONCE)]
    assert sum(taken) == EACH
    assert places.take("2001:db8:0:1::1")
    assert [places.take(f"::ffff:203.0.113.{7}") for _ in range(EACH)] == [True] * EACH
    assert not places.take("203.0.113.7")
    for n in range(EACH):
        places.give_back(f"2001:db8::{n + 50:x}")
    assert len(places) == EACH + 1
