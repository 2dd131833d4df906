# ruff: noqa: E501 - code of prototypes is written as it is found
"""NestJS: guards of all kinds, services given by constructors, bodies that classes describe."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_FILES = {
    "src/app.module.ts": """
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtAuthGuard } from './auth/jwt-auth.guard';
import { OrdersController } from './orders/orders.controller';
@Module({ controllers: [OrdersController], providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }] })
export class AppModule {}
""",
    "src/auth/jwt-auth.guard.ts": """
import { ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { IS_PUBLIC_KEY } from './public.decorator';
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private reflector: Reflector) { super(); }
  canActivate(context: ExecutionContext) {
    const isPublic = this.reflector.getAllAndOverride<boolean>(IS_PUBLIC_KEY, [context.getHandler(), context.getClass()]);
    if (isPublic) return true;
    return super.canActivate(context);
  }
}
""",
    "src/auth/public.decorator.ts": """
import { SetMetadata, createParamDecorator, ExecutionContext } from '@nestjs/common';
export const IS_PUBLIC_KEY = 'isPublic';
export const Public = () => SetMetadata(IS_PUBLIC_KEY, true);
export const ROLES_KEY = 'roles';
export const Roles = (...roles: string[]) => SetMetadata(ROLES_KEY, roles);
export const CurrentUser = createParamDecorator((data: unknown, ctx: ExecutionContext) => ctx.switchToHttp().getRequest().user);
""",
    "src/auth/roles.guard.ts": """
import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ROLES_KEY } from './public.decorator';
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.getAllAndOverride<string[]>(ROLES_KEY, [context.getHandler(), context.getClass()]);
    if (!required) { return true; }
    const { user } = context.switchToHttp().getRequest();
    return required.some((role) => user.role === role);
  }
}
""",
    "src/main.ts": """
import { NestFactory } from '@nestjs/core';
import { ValidationPipe } from '@nestjs/common';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.useGlobalPipes(new ValidationPipe({ whitelist: true }));
  await app.listen(3000);
}
bootstrap();
""",
    "src/orders/dto.ts": """
import { IsString, IsInt } from 'class-validator';
export class CreateOrderDto {
  @IsString() name: string;
  @IsInt() amount: number;
}
""",
    "src/orders/orders.controller.ts": """
import { Body, Controller, Delete, Get, Param, Post, Query, UseGuards, Req } from '@nestjs/common';
import { OrdersService } from './orders.service';
import { CreateOrderDto } from './dto';
import { CurrentUser, Public, Roles } from '../auth/public.decorator';
import { RolesGuard } from '../auth/roles.guard';
@Controller('orders')
@UseGuards(RolesGuard)
export class OrdersController {
  constructor(private readonly ordersService: OrdersService) {}
  @Public() @Get() findAll() { return this.ordersService.findAll(); }
  @Get(':id') findOne(@Param('id') id: string) { return this.ordersService.findOne(id); }
  @Delete(':id') remove(@Param('id') id: string, @CurrentUser() user: any) { return this.ordersService.mine(id, user.id); }
  @Post() create(@Body() dto: CreateOrderDto, @Req() req) { return this.ordersService.create(dto, req.user.id); }
  @Public() @Get('search/all') search(@Query('q') q: string) { return this.ordersService.raw(q); }
  @Roles('admin') @Get('admin/all') all() { return this.ordersService.findAll(); }
}
""",
    "src/orders/orders.service.ts": """
import { Injectable, NotFoundException, ForbiddenException } from '@nestjs/common';
import { PrismaService } from '../prisma/prisma.service';
import { CreateOrderDto } from './dto';
@Injectable()
export class OrdersService {
  constructor(private readonly prisma: PrismaService) {}
  findAll() { return this.prisma.order.findMany(); }
  findOne(id: string) { return this.prisma.order.findUnique({ where: { id } }); }
  async mine(id: string, userId: string) {
    const order = await this.prisma.order.findUnique({ where: { id } });
    if (!order) throw new NotFoundException();
    if (order.userId !== userId) throw new ForbiddenException();
    return this.prisma.order.delete({ where: { id } });
  }
  create(dto: CreateOrderDto, userId: string) { return this.prisma.order.create({ data: { ...dto, userId } }); }
  raw(q: string) { return this.prisma.$queryRawUnsafe(`SELECT * FROM orders WHERE name LIKE '%${q}%'`); }
}
""",
    "src/prisma/prisma.service.ts": """
import { Injectable, OnModuleInit } from '@nestjs/common';
import { PrismaClient } from '@prisma/client';
@Injectable()
export class PrismaService extends PrismaClient implements OnModuleInit {
  async onModuleInit() { await this.$connect(); }
}
""",
}


def _read(folder: Path, **changed: str) -> Prototype:
    files = {**_FILES, **{k: v for k, v in changed.items() if "/" in k}}
    for name, text in {
        "package.json": '{"name": "api", "scripts": {"start": "nest start"}}',
        **files,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_prototype(folder)


def _handlers(prototype: Prototype) -> dict[str, Handler]:
    return {h.name: h for h in prototype.handlers}


def _last(handler: Handler, kind: EffectKind = EffectKind.QUERY) -> Effect:
    return list(handler.effects_of(kind))[-1]


def _inputs(effect: Effect, name: str) -> set[str]:
    return {str(origin) for origin in effect.inputs.get(name, frozenset())}


def test_methods_of_controllers_are_followed_into_their_services(tmp_path: Path) -> None:
    found = _handlers(_read(tmp_path))
    read = _last(found["GET /orders/:id"])
    assert (read.operation, read.target, _inputs(read, "filter:id")) == (
        "select",
        "order",
        {"path.id"},
    )
    made = _last(found["POST /orders"])
    assert _inputs(made, "value:name") == {"body.parsed.name"}
    assert _inputs(made, "value:userId") == {"principal.id"}
    assert "value:*" not in made.inputs
    text = _last(found["GET /orders/search/all"], EffectKind.SQL)
    assert _inputs(text, "text") == {"query.q"}


def test_a_guard_of_all_controllers_is_asked_but_where_a_method_is_public(tmp_path: Path) -> None:
    found = _handlers(_read(tmp_path))
    assert found["GET /orders"].principal is None
    assert found["GET /orders/:id"].principal is Check.SESSION
    assert found["DELETE /orders/:id"].principal is Check.SESSION


def test_roles_are_asked_where_a_decorator_names_them(tmp_path: Path) -> None:
    found = _handlers(_read(tmp_path))
    assert _last(found["GET /orders/admin/all"]).has(Check.ROLE)
    assert not _last(found["GET /orders/:id"]).has(Check.ROLE)


@pytest.mark.parametrize(
    "decorator",
    [
        "export const ROLES_KEY = process.env.ROLES_KEY;\nexport const Roles = (...roles: string[]) => SetMetadata(ROLES_KEY, roles);",
        "export const Roles = Reflector.createDecorator<string[]>();\nexport const ROLES_KEY = Roles;",
    ],
)
@pytest.mark.parametrize(
    "asked",
    [
        "Array.isArray(user.role) ? user.role.some((role: string) => required.includes(role)) : required.includes(user.role)",
        "user && user.role ? required.includes(user.role) : false",
    ],
)
def test_roles_are_asked_under_whatever_key_they_are_kept(
    decorator: str, asked: str, tmp_path: Path
) -> None:
    old = """export const ROLES_KEY = 'roles';
export const Roles = (...roles: string[]) => SetMetadata(ROLES_KEY, roles);"""
    made = "src/auth/public.decorator.ts"
    written = f"import {{ Reflector }} from '@nestjs/core';{_FILES[made].replace(old, decorator)}"
    guard = _FILES["src/auth/roles.guard.ts"]
    guard = guard.replace("required.some((role) => user.role === role)", asked)
    controller = _FILES["src/orders/orders.controller.ts"]
    if "createDecorator" in decorator:
        controller = controller.replace("@Roles('admin')", "@Roles(['admin'])")
    found = _handlers(
        _read(
            tmp_path,
            **{
                made: written,
                "src/auth/roles.guard.ts": guard,
                "src/orders/orders.controller.ts": controller,
            },
        )
    )
    assert _last(found["GET /orders/admin/all"]).has(Check.ROLE)
    assert not _last(found["GET /orders/:id"]).has(Check.ROLE)


def test_a_guard_that_asks_how_many_roles_are_named_asks_for_them(tmp_path: Path) -> None:
    path = "src/auth/roles.guard.ts"
    guard = _FILES[path].replace("if (!required)", "if (!required?.length)")
    found = _handlers(_read(tmp_path, **{path: guard}))
    assert _last(found["GET /orders/admin/all"]).has(Check.ROLE)
    assert not _last(found["GET /orders/:id"]).has(Check.ROLE)


def test_the_owner_that_a_service_compares_is_a_check(tmp_path: Path) -> None:
    removed = _last(_handlers(_read(tmp_path))["DELETE /orders/:id"])
    assert removed.operation == "delete"
    assert removed.has(Check.OWNER)


@pytest.mark.parametrize(
    ("guard", "check"),
    [
        (
            "import { AuthGuard } from '@nestjs/passport'; const G = AuthGuard('jwt');",
            Check.SESSION,
        ),
        ("import { G } from 'our-guards';", Check.UNCLEAR),
        (
            "import { JwtService } from '@nestjs/jwt'; class G { constructor(private jwt: JwtService) {} async canActivate(ctx) { const req = ctx.switchToHttp().getRequest(); const token = req.headers.authorization?.split(' ')[1]; if (!token) throw new UnauthorizedException(); req.user = await this.jwt.verifyAsync(token); return true; } }",
            Check.SESSION,
        ),
        ("class G { canActivate(ctx) { return true; } }", None),
    ],
)
def test_guards_are_followed_or_unclear(guard: str, check: Check | None, tmp_path: Path) -> None:
    controller = f"""
import {{ Controller, Delete, Param, UseGuards, UnauthorizedException }} from '@nestjs/common';
import {{ InjectRepository }} from '@nestjs/typeorm';
{guard}
class Order {{}}
@Controller({{ path: 'orders' }})
export class OrdersController {{
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {{}}
  @UseGuards(G)
  @Delete(':id')
  remove(@Param('id') id: string) {{ return this.orders.delete(id); }}
}}
"""
    path = tmp_path / "src" / "orders.controller.ts"
    path.parent.mkdir()
    path.write_text(controller)
    (tmp_path / "package.json").write_text('{"name": "api"}')
    (handler,) = read_prototype(tmp_path).handlers
    removed = _last(handler)
    assert (removed.operation, removed.target) == ("delete", "Order")
    known = {g.check for g in removed.guards} & {Check.SESSION, Check.UNCLEAR}
    assert known == ({check} if check else set())


def test_without_a_whitelist_the_caller_decides_what_is_in_a_body(tmp_path: Path) -> None:
    main = _FILES["src/main.ts"].replace("{ whitelist: true }", "")
    made = _last(_handlers(_read(tmp_path, **{"src/main.ts": main}))["POST /orders"])
    assert _inputs(made, "value:*") == {"body"}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("PartialType(CreateOrderDto) {}", {"value:name", "value:amount"}),
        (
            "PartialType(CreateOrderDto) { @IsString() note: string; }",
            {"value:name", "value:amount", "value:note"},
        ),
        ("OmitType(CreateOrderDto, ['amount'] as const) {}", {"value:name"}),
        ("PickType(CreateOrderDto, ['amount']) {}", {"value:amount"}),
        (
            "IntersectionType(CreateOrderDto, Other) {}",
            {"value:name", "value:amount", "value:role"},
        ),
        ("Unread(CreateOrderDto) {}", {"value:*"}),
    ],
)
def test_types_that_are_made_of_others_say_what_is_in_a_body(
    declared: str, expected: set[str], tmp_path: Path
) -> None:
    dto = (
        _FILES["src/orders/dto.ts"]
        + f"class Other {{ @IsString() role: string; }}\nexport class MadeDto extends {declared}\n"
    )
    controller = _FILES["src/orders/orders.controller.ts"].replace("CreateOrderDto", "MadeDto")
    found = _read(
        tmp_path, **{"src/orders/dto.ts": dto, "src/orders/orders.controller.ts": controller}
    )
    made = _last(_handlers(found)["POST /orders"])
    assert {
        k for k, v in made.inputs.items() if k.startswith("value:") and any(o.is_input for o in v)
    } == expected


def test_services_that_only_constructors_name_are_part_of_the_product(tmp_path: Path) -> None:
    assert "src/orders/orders.service.ts" not in _read(tmp_path).abandoned


@pytest.mark.parametrize(
    ("applied", "unclear"),
    [
        ("this.config.get<string>('JWT_KEY')", False),
        ("JwtMiddleware", True),
        ("passport.authenticate('jwt')", True),
    ],
)
def test_only_what_is_named_is_middleware(applied: str, unclear: bool, tmp_path: Path) -> None:
    module = _FILES["src/app.module.ts"].replace(
        "export class AppModule {}",
        f"export class AppModule {{ configure(consumer) {{ consumer.apply({applied}).forRoutes('*'); }} }}",
    )
    removed = _last(
        _handlers(_read(tmp_path, **{"src/app.module.ts": module}))["DELETE /orders/:id"]
    )
    assert (Check.UNCLEAR in {g.check for g in removed.guards}) is unclear
