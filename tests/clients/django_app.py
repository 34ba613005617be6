"""Django: a small app. `sql` prints its migration's DDL, to be run by `orgfold migrate`; without arguments its queries run."""
import os, sys, datetime
import django
from django.apps import AppConfig
from django.conf import settings

class Shop(AppConfig):
    name = "__main__"
    label = "shop"
    path = os.path.dirname(os.path.abspath(__file__))

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "__main__.Shop"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ.get("PGDATABASE", ""),
                           "USER": os.environ.get("PGUSER", ""), "PASSWORD": os.environ.get("PGPASSWORD", ""),
                           "HOST": os.environ.get("PGHOST", ""), "PORT": os.environ.get("PGPORT", ""), "CONN_MAX_AGE": 60, "DISABLE_SERVER_SIDE_CURSORS": True}})
django.setup()
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Avg, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum, Window
from django.db.models.functions import Coalesce, Lower, Rank, TruncMonth

class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)
    born = models.DateField(null=True)
    extra = models.JSONField(default=dict)
    class Meta:
        app_label = "shop"

class Tag(models.Model):
    label = models.SlugField(unique=True)
    class Meta:
        app_label = "shop"

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    title = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateTimeField(db_index=True)
    tags = models.ManyToManyField(Tag, related_name="books")
    stock = models.PositiveIntegerField(default=0)
    class Meta:
        app_label = "shop"
        constraints = [models.UniqueConstraint(fields=["author", "title"], name="one_title"),
                       models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative")]
        indexes = [models.Index(fields=["price", "-published"], name="by_price")]

if sys.argv[1:] == ["sql"]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in (Author, Tag, Book):
            editor.create_model(model)
    print("\n".join(statement if statement.endswith(";") else statement + ";" for statement in editor.collected_sql))
    sys.exit()

utc = datetime.timezone.utc
for model in (Book, Tag, Author):
    model.objects.all().delete()
one = Author.objects.create(name="One", born=datetime.date(1970, 1, 2), extra={"prizes": [1, 2], "deep": {"x": None}})
two, created = Author.objects.get_or_create(name="Two", defaults={"extra": {"prizes": []}})
assert created and two.pk != one.pk
tags = Tag.objects.bulk_create([Tag(label=f"t{n}") for n in range(5)])
books = Book.objects.bulk_create([
    Book(author=one if n % 3 else two, title=f"Book {n}", price=n, published=datetime.datetime(2026, 1 + n % 12, 1, tzinfo=utc), stock=n)
    for n in range(40)])
for n, book in enumerate(books):
    book.tags.set(tags[: n % 3])
assert Book.objects.filter(author__name__startswith="O", price__gt=10).count() == 19
assert Author.objects.filter(extra__prizes__contains=[2]).get() == one
assert Author.objects.filter(extra__deep__x=None).get() == one
with_counts = Author.objects.annotate(n=Count("books", distinct=True), total=Coalesce(Sum("books__price"), 0, output_field=models.DecimalField()),
                                      average=Avg("books__price")).order_by("name")
assert [(author.name, author.n) for author in with_counts] == [("One", 26), ("Two", 14)]
assert [str(author.total) for author in with_counts] == ["507.00", "273.00"], [author.total for author in with_counts]
latest = Book.objects.filter(author=OuterRef("pk")).order_by("-price").values("title")[:1]
assert dict(Author.objects.annotate(best=Subquery(latest)).values_list("name", "best")) == {"One": "Book 38", "Two": "Book 39"}
assert Author.objects.filter(Exists(Book.objects.filter(author=OuterRef("pk"), title="Book 0"))).get() == two
ranked = Book.objects.annotate(place=Window(Rank(), partition_by=[F("author")], order_by=F("price").desc())).order_by("place", "author__name")
assert [book.title for book in ranked[:2]] == ["Book 38", "Book 39"]
months = Book.objects.annotate(month=TruncMonth("published")).values("month").annotate(n=Count("id")).order_by("month")
assert [row["n"] for row in months] == [4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3], list(months)
assert Book.objects.update(stock=F("stock") + 1) == 40
assert Book.objects.filter(Q(tags__label="t0") & ~Q(author=two)).distinct().count() == 26
authors = Author.objects.prefetch_related(Prefetch("books", Book.objects.order_by("title").prefetch_related("tags")))
assert sum(len(book.tags.all()) for author in authors for book in author.books.all()) == 39
book = Book.objects.select_related("author").get(title="Book 5")
book.price = 99
book.save(update_fields=["price"])
Book.objects.bulk_update([Book(pk=book.pk, stock=1000)], ["stock"])
Book.objects.bulk_create([Book(author=one, title="Book 5", price=1, published=book.published, stock=7)],
                         update_conflicts=True, unique_fields=["author", "title"], update_fields=["stock"])
assert Book.objects.get(pk=book.pk).stock == 7
with transaction.atomic():
    locked = Book.objects.select_for_update(skip_locked=True).get(pk=book.pk)
    try:
        with transaction.atomic():
            Author.objects.create(name="One")
        raise AssertionError("no error")
    except IntegrityError as error:
        assert "shop_author_name" in str(error), error
    locked.delete()
assert not Book.objects.filter(pk=book.pk).exists()
for bad in ({"price": -1, "title": "Book x"}, {"price": 1, "title": "Book 7"}):
    try:
        with transaction.atomic():
            Book.objects.create(author=one, published=datetime.datetime(2026, 1, 1, tzinfo=utc), **bad)
        raise AssertionError(bad)
    except IntegrityError:
        pass
assert len(list(Book.objects.order_by("id").iterator(chunk_size=7))) == 39
assert set(Book.objects.values_list("author__name", flat=True).union(Author.objects.values_list("name", flat=True))) == {"One", "Two"}
assert Book.objects.annotate(lower=Lower("title")).filter(lower__contains="book 1").exclude(price__in=[10, 11]).count() == 9
two.delete()
assert Book.objects.count() == 25
names = connection.introspection.table_names()
assert {"shop_author", "shop_book", "shop_book_tags", "shop_tag"} <= set(names), names
print("ok")
