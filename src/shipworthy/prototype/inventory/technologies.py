"""Which package, host or file stands for which framework, data store or service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def _table(rows: str) -> dict[str, str]:
    """Rows of `name: package package …` as package -> name."""
    found: dict[str, str] = {}
    for row in rows.strip().splitlines():
        name, _, packages = row.partition(":")
        found |= {package: name.strip() for package in packages.split()}
    return found


FRAMEWORKS = _table("""
    vite: vite
    react: react
    next: next
    remix: @remix-run/react @remix-run/node
    tanstack-start: @tanstack/react-start @tanstack/start
    create-react-app: react-scripts
    vue: vue
    nuxt: nuxt
    svelte: svelte
    sveltekit: @sveltejs/kit
    angular: @angular/core
    astro: astro
    solid: solid-js
    expo: expo
    react-native: react-native
    capacitor: @capacitor/core
    electron: electron
    express: express
    fastify: fastify
    hono: hono @hono/hono @hono/node-server
    koa: koa
    nestjs: @nestjs/core
    trpc: @trpc/server
    socket.io: socket.io
    fastapi: fastapi
    flask: flask
    django: django
    streamlit: streamlit
    gradio: gradio
    chainlit: chainlit
    aiohttp: aiohttp
    celery: celery
    langchain: langchain langchain-core langchain_core @langchain/core
    langchain: langchain_community langchain_openai langchain_anthropic langchain_google_genai
    langchain: langchain_groq langchain_ollama langchain_huggingface langchain_text_splitters
    langchain: @langchain/openai @langchain/anthropic @langchain/community @langchain/google-genai
    langgraph: langgraph @langchain/langgraph
    llamaindex: llama-index llama_index llama-index-core llamaindex
    agno: agno phidata
    crewai: crewai
    autogen: autogen pyautogen autogen-agentchat autogen_agentchat
    pydantic-ai: pydantic-ai pydantic_ai pydantic-ai-slim
    openai-agents: openai-agents @openai/agents
    google-adk: google-adk google.adk
    haystack: haystack-ai haystack
    dspy: dspy dspy-ai
    smolagents: smolagents
    semantic-kernel: semantic-kernel semantic_kernel
    mastra: @mastra/core
    litellm: litellm
    ai-sdk: ai
    spring-boot: org.springframework.boot
    laravel: laravel/framework
    symfony: symfony/framework-bundle
    gin: github.com/gin-gonic/gin
    axum: axum
    rails: rails
""")

MODEL_FRAMEWORKS = frozenset(
    """langchain langgraph llamaindex agno crewai autogen pydantic-ai openai-agents google-adk haystack
    dspy smolagents semantic-kernel mastra litellm ai-sdk""".split()
)
"""Libraries around language models: none of them makes a folder a part that runs by itself."""

DATA = _table("""
    supabase: @supabase/supabase-js @supabase/ssr @supabase/auth-helpers-nextjs supabase
    postgres: pg postgres @vercel/postgres psycopg2 psycopg2-binary psycopg asyncpg
    neon: @neondatabase/serverless
    mysql: mysql mysql2 pymysql mysqlclient aiomysql mysql-connector-python mysql-connector MySQLdb
    sqlite: sqlite3 better-sqlite3 aiosqlite sqlite expo-sqlite sql.js
    turso: @libsql/client libsql
    mongodb: mongodb mongoose pymongo motor
    redis: redis ioredis @upstash/redis aioredis
    firebase: firebase firebase-admin firebase_admin
    convex: convex
    planetscale: @planetscale/database
    dynamodb: @aws-sdk/client-dynamodb
    drizzle: drizzle-orm
    prisma: @prisma/client prisma
    typeorm: typeorm
    sequelize: sequelize
    knex: knex
    sqlalchemy: sqlalchemy SQLAlchemy flask-sqlalchemy flask_sqlalchemy
    sqlmodel: sqlmodel
    elasticsearch: elasticsearch @elastic/elasticsearch langchain-elasticsearch
    elasticsearch: langchain_elasticsearch
    qdrant: qdrant-client qdrant_client @qdrant/js-client-rest
    pinecone: pinecone pinecone-client @pinecone-database/pinecone
    chroma: chromadb langchain-chroma
    weaviate: weaviate weaviate-client
    faiss: faiss faiss-cpu faiss-gpu
    minio: minio
    replit-db: @replit/database replit
    base44: @base44/sdk
""")

SERVICES = _table("""
    stripe: stripe @stripe/stripe-js @stripe/react-stripe-js
    paypal: @paypal/react-paypal-js @paypal/checkout-server-sdk paypalrestsdk
    lemon-squeezy: @lemonsqueezy/lemonsqueezy.js
    paddle: @paddle/paddle-js @paddle/paddle-node-sdk
    razorpay: razorpay
    mercado-pago: mercadopago
    whop: @whop/sdk @whop/react @whop/api
    openai: openai @ai-sdk/openai langchain-openai langchain_openai @langchain/openai
    anthropic: anthropic @anthropic-ai/sdk @ai-sdk/anthropic langchain-anthropic langchain_anthropic
    gemini: @google/generative-ai @google/genai google-generativeai google-genai @ai-sdk/google
    gemini: langchain-google-genai langchain_google_genai google.generativeai google.genai
    vertex-ai: vertexai google-cloud-aiplatform google.cloud.aiplatform @google-cloud/vertexai
    groq: groq groq-sdk @ai-sdk/groq langchain-groq langchain_groq
    mistral: mistralai @mistralai/mistralai @ai-sdk/mistral
    cohere: cohere cohere-ai
    replicate: replicate
    hugging-face: huggingface_hub huggingface-hub @huggingface/inference
    ollama: ollama langchain-ollama langchain_ollama
    elevenlabs: elevenlabs @elevenlabs/react @11labs/react @elevenlabs/elevenlabs-js
    vercel-ai: @ai-sdk/gateway
    resend: resend
    sendgrid: @sendgrid/mail sendgrid
    mailgun: mailgun.js mailgun-js
    postmark: postmark
    smtp: nodemailer aiosmtplib flask-mail flask_mail
    twilio: twilio @twilio/voice-sdk
    telnyx: telnyx
    vonage: @vonage/server-sdk vonage
    slack: @slack/web-api @slack/bolt slack-sdk slack_sdk
    discord: discord.js discord
    telegram: telegraf python-telegram-bot telegram
    clerk: @clerk/nextjs @clerk/clerk-react @clerk/clerk-sdk-node @clerk/backend
    auth0: @auth0/auth0-react @auth0/nextjs-auth0 auth0-python
    kinde: @kinde-oss/kinde-auth-nextjs
    workos: @workos-inc/node @workos-inc/authkit-nextjs
    sentry: @sentry/react @sentry/nextjs @sentry/node @sentry/browser sentry-sdk sentry_sdk
    posthog: posthog-js posthog-node posthog
    mixpanel: mixpanel mixpanel-browser
    segment: @segment/analytics-next analytics-node
    amplitude: @amplitude/analytics-browser
    vercel-analytics: @vercel/analytics @vercel/speed-insights
    vercel-blob: @vercel/blob
    cloudinary: cloudinary next-cloudinary
    aws: aws-sdk boto3 @aws-sdk/client-s3 @aws-sdk/client-ses @aws-sdk/s3-request-presigner
    google-cloud: @google-cloud/storage google-cloud-storage google-auth-library
    google-apis: googleapis google-api-python-client googleapiclient
    azure: @azure/storage-blob azure-storage-blob azure.storage.blob @azure/openai
    azure-ai: azure-ai-inference azure.ai.inference azure-ai-projects azure.ai.projects
    azure-ai: @azure-rest/ai-inference
    together: together together-ai
    deepgram: deepgram-sdk deepgram @deepgram/sdk
    assemblyai: assemblyai
    fal: fal-client fal_client @fal-ai/client
    uploadthing: uploadthing @uploadthing/react
    mapbox: mapbox-gl react-map-gl
    google-maps: @react-google-maps/api @googlemaps/js-api-loader @vis.gl/react-google-maps
    google-maps: googlemaps
    algolia: algoliasearch
    inngest: inngest
    trigger.dev: @trigger.dev/sdk
    pusher: pusher pusher-js
    ably: ably
    livekit: livekit-client livekit-server-sdk
    zoom: @zoom/meetingsdk
    plaid: plaid react-plaid-link
    calendly: react-calendly
    firecrawl: @mendable/firecrawl-js firecrawl-py
    tavily: @tavily/core tavily-python
""")

# What a hosted store speaks.
IMPLIED = {"neon": "postgres", "turso": "sqlite", "planetscale": "mysql"}

# Images of a compose file, without registry and tag.
IMAGES = _table("""
    postgres: postgres pgvector/pgvector postgis/postgis supabase/postgres timescale/timescaledb
    mysql: mysql mariadb
    mongodb: mongo
    redis: redis redis/redis-stack valkey/valkey
    elasticsearch: elasticsearch elasticsearch/elasticsearch opensearchproject/opensearch
    qdrant: qdrant/qdrant
    chroma: chromadb/chroma
    weaviate: semitechnologies/weaviate
    minio: minio/minio
""")

# Frameworks that a manifest alone proves: they build or run the whole part. Of the others,
# templates list more than is used, so an import must be seen.
BUILDING = frozenset(
    """vite react next remix tanstack-start create-react-app vue nuxt svelte sveltekit angular astro
    solid expo react-native capacitor electron""".split()
)
CONFIGURED = {
    "vite.config": "vite",
    "next.config": "next",
    "nuxt.config": "nuxt",
    "svelte.config": "sveltekit",
    "astro.config": "astro",
    "remix.config": "remix",
    "react-router.config": "remix",
    "capacitor.config": "capacitor",
}

# The end of a host, matched at a dot.
HOSTS = _table("""
    stripe: api.stripe.com
    paypal: paypal.com
    asaas: asaas.com
    mercado-pago: mercadopago.com
    whop: api.whop.com
    openai: api.openai.com
    anthropic: api.anthropic.com
    gemini: generativelanguage.googleapis.com
    groq: api.groq.com
    mistral: api.mistral.ai
    perplexity: api.perplexity.ai
    openrouter: openrouter.ai
    xai: api.x.ai
    deepseek: api.deepseek.com
    replicate: api.replicate.com
    hugging-face: api-inference.huggingface.co router.huggingface.co
    lovable-ai: ai.gateway.lovable.dev llm.lovable.dev
    elevenlabs: api.elevenlabs.io
    heygen: api.heygen.com
    resend: api.resend.com
    sendgrid: api.sendgrid.com
    mailgun: api.mailgun.net
    postmark: api.postmarkapp.com
    brevo: api.brevo.com api.sendinblue.com
    twilio: api.twilio.com
    telnyx: api.telnyx.com
    groupme: api.groupme.com
    slack: hooks.slack.com slack.com
    telegram: api.telegram.org
    whatsapp: graph.facebook.com
    instagram: graph.instagram.com
    google-maps: maps.googleapis.com
    google-apis: www.googleapis.com oauth2.googleapis.com sheets.googleapis.com
    google-analytics: www.googletagmanager.com www.google-analytics.com
    mapbox: api.mapbox.com
    openstreetmap: openstreetmap.org
    zoom: api.zoom.us
    calendly: api.calendly.com
    hubspot: api.hubapi.com
    notion: api.notion.com
    airtable: api.airtable.com
    firecrawl: api.firecrawl.dev
    unsplash: api.unsplash.com
    cloudinary: api.cloudinary.com
    bamboohr: api.bamboohr.com
    quickbooks: quickbooks.api.intuit.com
""")

LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "deno.lock": "deno",
    "poetry.lock": "poetry",
    "uv.lock": "uv",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "composer.lock": "composer",
    "Gemfile.lock": "bundler",
    "Cargo.lock": "cargo",
    "go.sum": "go",
}

LANGUAGES = {
    **dict.fromkeys(("ts", "tsx", "mts", "cts"), "typescript"),
    **dict.fromkeys(("js", "jsx", "mjs", "cjs"), "javascript"),
    **dict.fromkeys(("html", "htm"), "html"),
    "py": "python",
    "vue": "vue",
    "svelte": "svelte",
    "astro": "astro",
    "php": "php",
    "java": "java",
    "kt": "kotlin",
    "go": "go",
    "rb": "ruby",
    "rs": "rust",
    "cs": "csharp",
}


def named(packages: Iterable[str], meanings: Mapping[str, str]) -> Iterator[str]:
    """What these packages stand for, in the order of the table, each once."""
    given = set(packages)
    found = (meaning for package, meaning in meanings.items() if package in given)
    return iter(dict.fromkeys(found))


def service_of_host(host: str) -> str | None:
    """The service behind a host, or None for one that is not known."""
    parts = host.split(".")
    return next((s for n in range(len(parts)) if (s := HOSTS.get(".".join(parts[n:])))), None)
