"""SQLAlchemy 2: ORM with three drivers, reflection, insertmanyvalues, streams, savepoints, Core."""
import asyncio
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import create_async_engine

class Base(orm.DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "item"
    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, primary_key=True)
    name: orm.Mapped[str]
    price = sa.Column(sa.Numeric(10, 2))
    data = sa.Column(JSONB)
    tags = sa.Column(ARRAY(sa.Text))
    blob = sa.Column(sa.LargeBinary)
    parts: orm.Mapped[list["Part"]] = orm.relationship(back_populates="item", cascade="all, delete-orphan")

class Part(Base):
    __tablename__ = "part"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    item: orm.Mapped[Item] = orm.relationship(back_populates="parts")

def run(engine):
    inspector = sa.inspect(engine)
    assert set(inspector.get_table_names()) >= {"item", "part"}, inspector.get_table_names()
    assert [column["name"] for column in inspector.get_columns("part")] == ["id", "item_id"]
    assert inspector.get_foreign_keys("part")[0]["referred_table"] == "item"
    assert inspector.get_pk_constraint("item")["constrained_columns"] == ["id"]
    with orm.Session(engine) as session:
        session.execute(sa.delete(Part))
        session.execute(sa.delete(Item))
        session.add_all([Item(name=f"n{n}", price=n, data={"n": n}, tags=[str(n)], parts=[Part(), Part()]) for n in range(50)])
        session.commit()
        found = session.scalars(sa.select(Item).where(Item.data["n"].as_integer() < 5).order_by(Item.price)
                                .options(orm.selectinload(Item.parts))).all()
        assert [item.name for item in found] == [f"n{n}" for n in range(5)] and all(len(item.parts) == 2 for item in found)
        counted = session.execute(sa.select(Item.name, sa.func.count(Part.id)).join(Part).group_by(Item.name)
                                  .having(sa.func.count(Part.id) > 1).order_by(Item.name).limit(3)).all()
        assert counted == [("n0", 2), ("n1", 2), ("n10", 2)], counted
        upsert = insert(Item).values(id=found[0].id, name="new")
        session.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={"name": upsert.excluded.name}))
        session.refresh(found[0])
        assert found[0].name == "new"
        try:
            with session.begin_nested():
                session.execute(sa.insert(Item).values(id=found[0].id, name="twice"))
            raise AssertionError("no error")
        except sa.exc.IntegrityError as error:
            assert "item_pkey" in str(error.orig)
        session.delete(found[1])
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(Part)) == 98
        ranked = sa.select(Item.name, sa.func.rank().over(order_by=Item.price.desc()).label("place")).subquery()
        assert session.scalar(sa.select(ranked.c.name).where(ranked.c.place == 1)) == "n49"
    with engine.connect() as connection:
        result = connection.execution_options(stream_results=True, yield_per=10).execute(sa.select(Item.id))
        assert len(list(result)) == 49
    with engine.connect() as connection:
        blob = b"\0\xff" * (5_000_000 if engine.driver == "psycopg" else 3_000_000)
        connection.execute(sa.update(Item).where(Item.name == "n3").values(blob=blob))
        assert bytes(connection.scalar(sa.select(Item.blob).where(Item.name == "n3"))) == blob
        connection.rollback()
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        assert connection.scalar(sa.text("SHOW transaction_isolation")) == "serializable"
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    engine.dispose()

for driver in ("psycopg", "psycopg2"):
    run(sa.create_engine(f"postgresql+{driver}://", pool_size=2, max_overflow=2, pool_pre_ping=True))

async def asynchronous():
    engine = create_async_engine("postgresql+asyncpg://")
    async with engine.begin() as connection:
        assert (await connection.scalar(sa.select(sa.func.count()).select_from(Item))) == 49
        await connection.execute(sa.insert(Part), [{"item_id": (await connection.scalar(sa.select(sa.func.min(Item.id))))}])
    await engine.dispose()

asyncio.run(asynchronous())
print("ok")
