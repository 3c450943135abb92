"""One database of each kind for all tests here: it is opened once and emptied after each."""

from tests.deliveries.conftest import kept_store as kept_store
from tests.deliveries.conftest import store as store
