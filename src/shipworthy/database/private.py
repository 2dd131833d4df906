"""Which columns and tables hold what is nobody else's business, told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.regex import regex

# English, and the languages that prototypes are often written in: Portuguese, Spanish, German, French.
_SECRET = regex(
    r"(^|_)(password|passwd|senha|pwd|secret|totp|otp_code|otp|api_?key|private_key|access_token"
    r"|refresh_token|auth_token|service_role_key|webhook_secret|client_secret|encryption_key|recovery_codes"
    r"|backup_codes|pin|wallet_(?:encrypted_)?key|seed_phrase|mnemonic)($|_)",
    re.IGNORECASE,
)
_NOT_SECRET = regex(
    r"(^|_)(has|is|requires?|needs?|count|updated|changed|expires|last|hint)(_|$)"
    r"|_id$|(^|_)(wi_?fi|wlan)(_|$)",  # a reference to another row, and what guests are told
    re.I,
)
_PERSON = regex(
    r"^((user|customer|client|contact|guest|patient|employee|student|member|lead|buyer|recipient|donor"
    r"|parent|emergency_contact|billing|shipping|owner|author|applicant|candidate|attendee|sender|guardian|father|mother"
    r"|spouse|renter|passenger|resident|volunteer)_)?"
    r"(e_?mail|e_?mail_address|phone|phone_number|mobile|mobile_number|telephone|whatsapp|telefone|celular"
    r"|telefono|telefon|correo|first_name|last_name|full_name|surname|nome_completo|apellidos?|vorname"
    r"|nachname|prenom|birth_?date|date_of_birth|birthday|dob|data_nascimento|fecha_nacimiento|geburtsdatum"
    r"|ssn|national_id|passport(_number)?|tax_id|cpf|rg|dni|cuit|rut|nif|curp|id_number|salary|salario"
    r"|iban|bank_account|account_number|routing_number|card_number|last4|medical_notes?|diagnosis|allergies"
    r"|phone_no|mobile_no|contact_no|contact_number|whatsapp_number|cell_phone|aadhaa?r(_number|_no)?|pan_number|bvn"
    r"|driv(er|ing)s?_licen[cs]e(_number|_no)?|passport_no|bank_account_(number|no)|ifsc(_code)?|upi_id|pix_key|chave_pix"
    r"|medical_(history|conditions?)|health_conditions?|chronic_conditions|blood_pressure|insurance_number"
    r"|(monthly|annual)_income|(net|gross|base|basic)_salary"
    r"|home_address|street_address|shipping_address|billing_address|endereco|direccion|ip_address|stripe_customer_id"
    r"|ip)$"
    # All of it in one column.
    r"|^(?:customer|client|guest|passenger|travell?er|patient|applicant|candidate|buyer|recipient|attendee|donor|tenant"
    r"|personal|contact|bank|bank_account|payout)_(?:info|information|details|data)$"
    r"|^emergency_contacts?$|^(?:customer|client|residential)_address$",
    re.IGNORECASE,
)
# Where money is sent to: of a supplier or partner it is nobody else's business either.
_BANK = regex(
    r"^(?:\w+_)?(?:iban|bank_account(?:_number|_no)?|account_number|routing_number|sort_code|ifsc(?:_code)?|pix_key|chave_pix)$",
    re.IGNORECASE,
)
_PAID = regex(
    r"(?:^|_)(?:suppliers?|vendors?|partners|providers?|dealers|contractors|fornecedores|proveedores|affiliates)$",
    re.IGNORECASE,
)
_NAME = regex(
    r"(^|_)(first_name|last_name|full_name|surname|nome_completo|apellidos?|vorname|nachname|prenom)$",
    re.IGNORECASE,
)
# Whom a row is about; of a customer it is so in what he ordered or booked.
_NAMED = regex(
    r"^(?:(?P<who>student|pupil|trainee|patient|employee|resident|guardian|mother|father|spouse|applicant"
    r"|attendee|participant|passenger|child|kid|emergency_contact|customer|client|guest|recipient|buyer)"
    r"_(?:full_)?name|(?:nome|nombre)_(?:do_|da_|del_)?(?P<quem>aluno|aluna|alumno|paciente|funcionario|cliente))$",
    re.IGNORECASE,
)
_PARTY = ("customer", "client", "guest", "recipient", "buyer", "cliente")
_PRAISED = regex(
    r"testimonial|review|rating|feedback|stor(?:y|ies)|success|placement|topper|award|winner|leader_?board"
    r"|ranking|achievement|showcase|gallery|alumni|depoimento|avaliac|resena|portfolio|case_stud",
    re.IGNORECASE,
)
_PAYER = regex(r"^stripe_customer_id$", re.IGNORECASE)
_BUSINESS = regex(
    r"(^|_)(business(es)?|compan(y|ies)|stores?|shops?|restaurants?|venues?|salons?|providers?|clinics?|agenc(y|ies)"
    r"|hospitals?|facilit(y|ies)|pharmac(y|ies)|laborator(y|ies)|universit(y|ies)|colleges|institutes|museums?"
    r"|embass(y|ies)|hotlines?|gyms?|hotels?|barbershops?|suppliers?|vendors?|locations?|branches|offices|schools|churches|brands|sponsors"
    r"|partners|dealers|condos?|buildings?|homes|houses|apartments|rooms|warehouses|organi[sz]ations|institutions|barracas?|settings|config(uration)?s?|pages?|events|listings|properties"
    r"|empresas?|lojas?|tiendas?|restaurantes?)$",
    re.IGNORECASE,
)
_PRIVATE_RECORD = regex(
    r"(^|_)(orders?|order_items|invoices?|payments?|transactions?|subscriptions?|messages?|conversations?|chats?"
    r"|chat_messages|notifications?|appointments?|bookings?|reservations?|leads|deals|contacts|customers|clients"
    r"|patients|employees|notes|journals?|journal_entries|diary|medications?|prescriptions?|documents|files|uploads"
    r"|tasks|todos|expenses|incomes?|budgets?|goals|habits|moods?|workouts|meals|weights|tickets|support_tickets"
    r"|audit_logs?|activity_logs?|logs|carts?|cart_items|wishlists?|addresses|wallets?|balances|credits|payouts"
    r"|withdrawals|commissions|earnings|user_settings|user_preferences|api_keys|tokens|sessions|invitations|invites"
    r"|applications|resumes|contracts|quotes|estimates|timesheets|time_entries|shifts|pedidos|clientes|pagamentos"
    r"|pagos|facturas|fechamentos|movimentacoes(_caixa)?|agendamentos|citas|mensagens|mensajes|usuarios|profiles|users|user_roles|members|memberships"
    r"|(driver|rider|courier|user|live|employee|child|family|member)_(locations?|positions?|tracking)"
    r"|location_(history|updates|pings)|gps_(locations?|tracks?|logs?)|leave_requests|salaries"
    r"|team_members|accounts|subscribers|emails|phone_numbers|calls|recordings|transcripts|embeddings)$",
    re.IGNORECASE,
)


_KEY = regex(
    r"(?:(?:\w+_)?(?:token|otp)|(?:(?:invite|invitation|otp|verification|access|reset|magic|login)_)?code)$",
    re.IGNORECASE,
)
_OF_KEYS = regex(
    r"(^|_)(invites?|invitations?|invite|invitation|convites?|otps?|one_time_\w+|magic_links?|magic_link_tokens?|password_resets?|reset_tokens?"
    r"|verification_(codes?|tokens?)|verifications|email_verifications?|phone_verifications?|login_(codes?|tokens?)"
    r"|access_(codes?|tokens?)|two_factor\w*|mfa\w*)(_(tokens?|codes?|links?|requests?))?$",
    re.IGNORECASE,
)
_DISCOUNT = regex(
    r"(?:(?:coupon|promo|discount|voucher|gift|gift_card)_)?code$|codigo$", re.IGNORECASE
)
_OF_DISCOUNTS = regex(
    r"(^|_)(coupons?|discounts?|(coupon|discount|promo|promotion|voucher|gift)_?codes?|vouchers?|gift_?cards?|cupons|cupones"
    r"|cupom)$",
    re.IGNORECASE,
)
_OF_GROUPS = regex(
    r"(?:team_|family_|household_|group_|org_|company_)?(?:invite|invitation|join|joining)_(?:code|token)$",
    re.IGNORECASE,
)
_FACE = regex(
    r"(id|user_id|uuid|user_?name|handle|slug|nick_?name|display_name|avatar(_url|_path)?|bio|about|headline"
    r"|tagline|(banner|cover|photo|image|picture)(_url)?|website(_url)?|(preferred_)?(language|locale)"
    r"|theme|created_at|updated_at|joined_at|(\w+_)?(points|xp|level|score|rank|streak|badges)|\w+_count|watch_time|downloads"
    r"|followers|following|referral_code|referred_by|last_(seen|active|claimed)(_at)?|is_(verified|online|pro))",
    re.IGNORECASE,
)
_PRIVATE_BUCKET = regex(
    r"private|document|attachment|contract|invoice|receipt|medical|record|kyc|passport|licen[sc]e|resume"
    r"|identity|verification|statement|backup|proof|comprobante|factura|contrato|prescription"
    r"|(?:^|[-_/])(?<!mail[-_])signatures?(?:$|/)"
    r"|(?:^|[-_/])(?:chats?|messages?|whatsapp|conversations?)[-_]?(?:files?|media|images?|photos?|uploads?|audios?)(?:$|/)"
    r"|(?:^|[-_/])(?:patients?|pacientes?)[-_]|selfies?$|payslip|voice[-_]?notes?$|recibo|boleto|anexo|prontuario|laudo"
    r"|(?:^|[-_/])id[-_]?cards?(?:$|[-_/])",
    re.IGNORECASE,
)
_FOR_ALL = regex(
    r"\bpublic(ly)?\b|anyone|anybody|everyone|everybody|visitors?|published|storefront|\ball can\b"
    r"|p[uú]blic[oa]s?\b|qualquer|cualquiera|todos|jeder|alle k",
    re.IGNORECASE,
)
_BY_VISITORS = regex(
    r"(^|_)(analytics|events?|views?|visits?|visitors|clicks?|tracking|impressions|hits|metrics|feedback"
    r"|newsletter(_\w+)?|waitlist(_\w+)?|contact(_\w+)?|inquir(y|ies)|enquir(y|ies)|leads|rsvps?|signups?)$",
    re.IGNORECASE,
)
_OWN_ADDRESS = regex(
    r"^((site|shop|store|company|business|footer)_)?contact_?(us|info|information|details|data|page|settings)$",
    re.IGNORECASE,
)
_SOON_MADE_AGAIN = regex(
    r"^(\w+_)?(push_?subscriptions?|(push|device|fcm)_?tokens?|carts?|cart_?items?|wish_?lists?|favou?rites?|bookmarks?|likes?)$",
    re.IGNORECASE,
)
_LOG = regex(
    r"(^|[._])(logs?|audits?|audit_trail|analytics|analytics_events|metrics|clicks?|page_?views|visits?"
    r"|usage_tracking|(logs_)?auditoria)$"
)
_NOTICE = regex(r"(^|[._])(notifications?|notifica(coes|cao|ciones|cion))$", re.IGNORECASE)
# Never meant for everybody, even where no column says whose they are.
_AFFAIRS = regex(
    r"(^|_)(orders|invoices|payments|transactions|messages|conversations|chats|webhook_events|webhooks"
    r"|audit_logs?|activity_logs?|leads|customers|clients|patients|employees|subscribers|api_keys|sessions"
    r"|payrolls?|payslips?|(medical|health)_(records?|metrics)|lab_results|vital_signs|prescriptions|medical_histor(y|ies)"
    r"|patient_(records|notes|vitals|medications|allergies|conditions|history|files|documents|visits)|kyc_\w+"
    r"|loan_applications|withdrawals|withdrawal_requests|disputes|dispute_messages"
    r"|invitations|form_submissions|submissions|payouts|pedidos|clientes|mensagens|mensajes)$",
    re.IGNORECASE,
)


def is_secret_column(name: str) -> bool:
    """True for columns that hold a secret, not for flags and dates about one."""
    return bool(_SECRET.search(name)) and not _NOT_SECRET.search(name)


def is_key_column(name: str, table: str) -> bool:
    """True for codes that let in whoever holds them: of invitations, of links by mail, of one use."""
    return bool(_KEY.match(name) and _OF_KEYS.search(table.rpartition(".")[2]))


def is_discount_code(name: str, table: str) -> bool:
    """True for codes that are worth money to whoever knows them."""
    return bool(_DISCOUNT.match(name) and _OF_DISCOUNTS.search(table.rpartition(".")[2]))


def holds_discount_codes(table: str) -> bool:
    """True for tables whose rows are codes worth money, told by their names."""
    return bool(_OF_DISCOUNTS.search(table)) and not table.endswith(("discount", "discounts"))


def is_code_of_a_group(name: str) -> bool:
    """True for codes by which whoever knows them becomes a member of the row."""
    return bool(_OF_GROUPS.match(name))


def is_personal_column(name: str, table: str) -> bool:
    """True for columns that describe a person; the contact data of a business is not personal."""
    plain = table.rpartition(".")[2]
    if _BANK.match(name) and _PAID.search(plain):
        return True
    return _names_somebody(name, plain) or (
        bool(_PERSON.match(name)) and not _BUSINESS.search(plain)
    )


def is_own_address(table: str) -> bool:
    """True for the row by which whoever runs the app says how he is to be reached."""
    return bool(_OWN_ADDRESS.match(table.rpartition(".")[2]))


def is_name_column(name: str) -> bool:
    """True for names of people: personal too, but often shown to others on purpose."""
    return bool(_NAME.search(name) or _NAMED.match(name))


def is_payer_number(name: str) -> bool:
    """True for the number of a payer at the provider: of use with the provider's key alone."""
    return bool(_PAYER.search(name))


def is_private_record(table: str) -> bool:
    """True for tables whose rows are somebody's own affairs: orders, messages, notes, …"""
    return bool(_PRIVATE_RECORD.search(table.rpartition(".")[2]))


def is_always_private(table: str) -> bool:
    """True for tables that are nobody else's business although no column names an owner."""
    return bool(_AFFAIRS.search(table.rpartition(".")[2]))


def is_held(table: str, columns: Iterable[str]) -> bool:
    """True for sessions of a course or a training: they have a day or places, and are nobody's own."""
    plain = table.rpartition(".")[2]
    return plain.endswith("sessions") and any(map(_HELD.fullmatch, columns))


_HELD = regex(
    r"(session|class|training|event)_(date|day)|scheduled_(at|for|date)|starts_at|capacity|max_\w+|venue|trainer|instructor",
    re.IGNORECASE,
)


def is_face(columns: Iterable[str]) -> bool:
    """True where columns show no more of people than a community shows: a name they chose, a picture."""
    return all(_FACE.fullmatch(column) for column in columns)


def is_meant_for_all(policy: str) -> bool:
    """True for a policy whose name says that everybody is meant: "Public can view products"."""
    name = re.match(r'policy "([^"]*)"', policy)
    return bool(name and _FOR_ALL.search(name[1].replace("_", " ")))


def is_counted_by_visitors(table: str) -> bool:
    """True for tables that visitors fill by looking or writing to us: counters and forms."""
    return bool(_BY_VISITORS.search(table.rpartition(".")[2]))


def is_soon_made_again(table: str) -> bool:
    """True for what a browser or its user makes again in a moment, and that opens nothing by itself."""
    return bool(_SOON_MADE_AGAIN.search(table.rpartition(".")[2]))


def is_log(table: str) -> bool:
    """True for records of what went on: what is forged there misleads whoever reads it, and gives nothing
    away."""
    return bool(_LOG.search(table))


def is_notice(table: str) -> bool:
    """True for what users are told of in the app."""
    return bool(_NOTICE.search(table))


def is_private_bucket(name: str) -> bool:
    """True for buckets whose name says that their files are not for everybody."""
    return bool(_PRIVATE_BUCKET.search(name))


def _names_somebody(name: str, table: str) -> bool:
    found = _NAMED.match(name)
    if found is None or _PRAISED.search(table):
        return False
    party = (found["who"] or found["quem"]).lower() in _PARTY
    return not party or is_private_record(table)
