"""Which tables are found, and in which dialect."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.tables.sql import Dialect, create_tables, dialect_of
from shipworthy.prototype.tables.table import Table


def names(sql: str) -> list[str]:
    return [table.name for table in create_tables(sql)]


def tables(root: Path, path: str, text: str) -> list[Table]:
    return list(prototype_of(root, {path: text}).tables)


def test_names_come_without_quotes_and_public() -> None:
    sql = """CREATE TABLE IF NOT EXISTS public.profiles (id uuid);
create table "public"."Order Lines" (id int);
CREATE UNLOGGED TABLE audit.log (id int);
CREATE TABLE `users` (`id` int);"""
    assert names(sql) == ["profiles", "Order Lines", "audit.log", "users"]


def test_words_in_comments_strings_and_policies_are_no_tables() -> None:
    sql = """-- create table to (id int)
/* CREATE TABLE below (id int) */
SELECT 'create table for (id int)', E'it\\'s create table x (id int)';
CREATE POLICY "Users can't create table rows" ON leads FOR ALL USING (true);
COMMENT ON TABLE leads IS 'it''s the create table of leads (x)';
CREATE TABLE leads (id uuid);"""
    assert names(sql) == ["leads"]


def test_a_comment_that_ends_with_a_quote_opens_no_text() -> None:
    sql = """CREATE TABLE moves (
  kind text not null, -- 'credit', 'debit'
  amount int
);
CREATE TABLE wallets (id uuid);"""
    assert [(t.name, t.columns) for t in create_tables(sql)] == [
        ("moves", ("kind", "amount")),
        ("wallets", ("id",)),
    ]


def test_tables_of_do_blocks_count_and_of_function_bodies_do_not() -> None:
    sql = """DO $$ BEGIN CREATE TABLE made (id int); END $$;
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN CREATE TABLE scratch (id int); END $body$;
CREATE TEMP TABLE t (id int);
CREATE TABLE after (id int);"""
    assert names(sql) == ["made", "after"]


def test_columns_leave_constraints_out() -> None:
    [found] = create_tables("""
CREATE TABLE leads (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  "createdAt" timestamptz DEFAULT now(), -- when, and why
  price numeric(10, 2) CHECK (price > 0),
  CONSTRAINT positive CHECK (price > 0),
  FOREIGN KEY (id) REFERENCES other (id)
);""")
    assert found.columns == ("id", "createdAt", "price")
    assert found.line == 2


def test_dialects_are_told_apart() -> None:
    assert dialect_of("CREATE TABLE a (id INT AUTO_INCREMENT) ENGINE=InnoDB") is Dialect.MYSQL
    assert dialect_of("CREATE TABLE `a` (`id` int)") is Dialect.MYSQL
    assert dialect_of("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)") is Dialect.SQLITE
    assert dialect_of("create table a (id uuid references auth.users)") is Dialect.SUPABASE
    assert dialect_of("CREATE TABLE a (id SERIAL, at TIMESTAMPTZ)") is Dialect.POSTGRES
    assert dialect_of("CREATE TABLE a (id int) -- AUTO_INCREMENT") is Dialect.UNKNOWN


def test_migrations_of_supabase_are_supabase(tmp_path: Path) -> None:
    [found] = tables(tmp_path, "supabase/migrations/1_a.sql", "create table a (id int);")
    assert (found.source, found.dialect) == ("migration", Dialect.SUPABASE)


def test_migrations_that_bolt_took_back_are_left_out(tmp_path: Path) -> None:
    path = ".bolt/supabase_discarded_migrations/1_a.sql"
    assert tables(tmp_path, path, "create table a (id int);") == []


def test_sql_in_code_is_read_with_the_dialect_of_its_driver(tmp_path: Path) -> None:
    text = '''import sqlite3

def init(db):
    db.execute("""
    CREATE TABLE IF NOT EXISTS notes (id INTEGER)
""")
'''
    [found] = tables(tmp_path, "store.py", text)
    assert (found.name, found.dialect, found.location.line) == ("notes", Dialect.SQLITE, 5)


def test_drizzle_columns_are_named_as_in_the_database(tmp_path: Path) -> None:
    text = """export const users = pgTable("users", {
  id: serial("id").primaryKey(), fullName: text("full_name"), at: date() });"""
    [found] = tables(tmp_path, "shared/schema.ts", text)
    assert (found.source, found.columns) == ("drizzle", ("id", "full_name", "at"))
    assert found.dialect is Dialect.POSTGRES


def test_prisma_models_leave_relations_out(tmp_path: Path) -> None:
    text = """datasource db {
  provider = "mysql"
}
model User {
  id    Int    @id
  email String @map("email_address") // login
  posts Post[]
  @@map("users")
}
model Post {
  id Int @id
}
"""
    found = tables(tmp_path, "prisma/schema.prisma", text)
    assert [(t.name, t.columns) for t in found] == [
        ("users", ("id", "email_address")),
        ("Post", ("id",)),
    ]
    assert found[0].dialect is Dialect.MYSQL


def test_python_models_are_tables(tmp_path: Path) -> None:
    text = """class User(Base):
    __tablename__ = "users"
    id = Column(Integer)
    name: Mapped[str] = mapped_column("full_name")
    posts = relationship("Post")

class Hero(SQLModel, table=True):
    id: int
    name: str

class Post(models.Model):
    title = models.CharField(max_length=10)

class Plain(BaseModel):
    id: int
"""
    found = tables(tmp_path, "app/models.py", text)
    assert [(t.name, t.source, t.columns) for t in found] == [
        ("users", "sqlalchemy", ("id", "full_name")),
        ("hero", "sqlalchemy", ("id", "name")),
        ("Post", "django", ("title",)),
    ]


def test_generated_types_of_supabase_list_their_tables(tmp_path: Path) -> None:
    text = """export type Database = { public: { Tables: {
  leads: { Row: { id: string; email: string | null }; Insert: { id?: string } };
}; Views: { open: { Row: { id: string } } } } }"""
    [found] = tables(tmp_path, "src/integrations/supabase/types.ts", text)
    assert (found.name, found.source, found.columns) == ("leads", "types", ("id", "email"))


def test_alembic_and_knex_migrations_create_tables(tmp_path: Path) -> None:
    alembic = """def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer()), sa.PrimaryKeyConstraint("id"))
"""
    [found] = tables(tmp_path / "a", "alembic/versions/1.py", alembic)
    assert (found.name, found.columns) == ("users", ("id",))
    knex = """exports.up = (knex) => knex.schema.createTable("notes", (t) => {
  t.increments("id"); t.string("body").notNullable(); });"""
    [made] = tables(tmp_path / "k", "migrations/1.js", knex)
    assert (made.name, made.columns) == ("notes", ("id", "body"))
