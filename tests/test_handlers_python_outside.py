# ruff: noqa: E501 - code of prototypes is written as it is found
"""What a Python process does with an input by way of workers, loaders and archives."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind

_SERVER = (
    "import asyncio, os, subprocess, tarfile, threading\nfrom fastapi import FastAPI, UploadFile\n"
    "app = FastAPI()\ndef work(url):\n    subprocess.run('wget ' + url, shell=True)\n"
)
_HANDED_ON = {
    "celery": "from celery import Celery\ncel = Celery('x')\n@cel.task\ndef job(url):\n    work(url)\n|job.apply_async(args=[url])",
    "celery by name": "from celery import Celery\ncel = Celery('x')\n@cel.task\ndef job(url):\n    work(url)\n|job.apply_async(kwargs={'url': url})",
    "thread": "|threading.Thread(target=work, args=(url,)).start()",
    "thread by name": "|threading.Thread(target=work, kwargs={'url': url}).start()",
    "pool of processes": "from multiprocessing import Pool\npool = Pool()\n|pool.apply_async(work, (url,))",
    "pool": "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\n|pool.submit(work, url)",
    "whole record": "|work(**{'url': url})",
}
_FETCHES = {
    "yt_dlp": "import yt_dlp\n|with yt_dlp.YoutubeDL({}) as y:\n        return y.extract_info(url)",
    "crawl4ai": "from crawl4ai import AsyncWebCrawler\n|async with AsyncWebCrawler() as c:\n        return await c.arun(url=url)",
    "pandas": "import pandas as pd\n|return pd.read_csv(url).to_dict()",
    "loader of a list": "from langchain_community.document_loaders import WebBaseLoader\n|return WebBaseLoader([url]).load()",
}


def _found(
    folder: Path, form: str, kind: EffectKind, part: str, given: str = "url: str"
) -> set[str]:
    before, _, body = form.partition("|")
    code = f"{_SERVER}{before}@app.post('/do')\nasync def do({given}):\n    {body}\n"
    (handler,) = prototype_of(folder, {"main.py": code, "requirements.txt": "fastapi\n"}).handlers
    return {str(o) for e in handler.effects_of(kind) for o in e.inputs.get(part, ()) if o.is_input}


@pytest.mark.parametrize("form", _HANDED_ON)
def test_what_a_worker_gets_is_what_was_sent(tmp_path: Path, form: str) -> None:
    assert _found(tmp_path, _HANDED_ON[form], EffectKind.COMMAND, "text") == {"query.url"}


@pytest.mark.parametrize("form", _FETCHES)
def test_loaders_fetch_what_they_are_given(tmp_path: Path, form: str) -> None:
    assert _found(tmp_path, _FETCHES[form], EffectKind.FETCH, "url") == {"query.url"}


def test_an_uploaded_table_is_no_address(tmp_path: Path) -> None:
    form = "import pandas as pd\n|return pd.read_csv(file.file).to_dict()"
    assert not _found(tmp_path, form, EffectKind.FETCH, "url", "file: UploadFile")


@pytest.mark.parametrize(
    "words",
    [
        "[sys.executable, '-u', url]",
        "[sys.executable, '-m', url]",
        "['python3', url, '--fast']",
        "['bash', '-lc', url]",
    ],
)
def test_an_interpreter_runs_what_it_is_told(tmp_path: Path, words: str) -> None:
    body = f"import sys\n|subprocess.run({words})"
    assert _found(tmp_path, body, EffectKind.COMMAND, "text") == {"query.url"}


@pytest.mark.parametrize(
    "words", ["['python3', 'job.py', url]", "['python3', '-u', 'job.py', url]"]
)
def test_arguments_of_a_script_are_not_run(tmp_path: Path, words: str) -> None:
    assert not _found(tmp_path, f"|subprocess.run({words})", EffectKind.COMMAND, "text")


@pytest.mark.parametrize(
    "body",
    [
        "tarfile.open(fileobj=file.file).extractall('in')",
        "with tarfile.open(fileobj=file.file) as t:\n        t.extractall('in')",
        "with tarfile.open(fileobj=file.file) as t:\n        t.extractall('in', members=t.getmembers())",
        "tarfile.open(fileobj=file.file).extractall('in', filter='fully_trusted')",
    ],
)
def test_an_archive_says_where_its_files_go(tmp_path: Path, body: str) -> None:
    assert _found(tmp_path, f"|{body}", EffectKind.FILE, "path", "file: UploadFile")


@pytest.mark.parametrize(
    "body",
    [
        "tarfile.open(fileobj=file.file).extractall('in', filter='data')",
        "with tarfile.open(fileobj=file.file) as t:\n"
        "        safe = [m for m in t.getmembers() if '..' not in m.name]\n        t.extractall('in', members=safe)",
        "tarfile.open('model.tar').extractall('in')",
    ],
)
def test_a_filter_or_a_choice_holds_an_archive(tmp_path: Path, body: str) -> None:
    assert not _found(tmp_path, f"|{body}", EffectKind.FILE, "path", "file: UploadFile")


def test_collections_of_mongo_have_names(tmp_path: Path) -> None:
    code = (
        "from fastapi import Depends, FastAPI\nfrom pymongo import MongoClient\napp = FastAPI()\n"
        "def database():\n    return MongoClient('m').get_database('shop')\n@app.get('/orders')\n"
        "def orders(owner: str, db=Depends(database)):\n"
        "    return list(db.get_collection('orders').find({'owner': owner}))\n"
    )
    (handler,) = prototype_of(tmp_path, {"main.py": code}).handlers
    assert [e.target for e in handler.effects_of(EffectKind.QUERY)] == ["orders"]


_STORES = {
    "s3": "import boto3\ns3 = boto3.client('s3')\n|s3.delete_object(Bucket='b', Key=f'u/{url}')",
    "s3 of a session": "import aioboto3\ns = aioboto3.Session()\n|async with s.client('s3') as s3:\n        await s3.put_object(Bucket='b', Key=url, Body='x')",
    "s3 by place": "import boto3\ns3 = boto3.client('s3')\n|s3.upload_fileobj(open('a'), 'b', url)",
    "s3 as an object": "import boto3\ns3 = boto3.resource('s3')\n|s3.Object('b', url).delete()",
    "s3 as a bucket": "import boto3\nbucket = boto3.resource('s3').Bucket('b')\n|bucket.upload_file('a', url)",
    "address of s3": "import boto3\ns3 = boto3.client('s3')\n|return s3.generate_presigned_url('put_object', Params={'Bucket': 'b', 'Key': url})",
    "bill in s3": "import boto3\ns3 = boto3.client('s3')\n|return s3.generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': f'invoices/{url}'})",
    "names in s3": "import boto3\ns3 = boto3.client('s3')\n|return s3.list_objects_v2(Bucket='b', Prefix=f'invoices/{url}')",
    "minio": "from minio import Minio\nm = Minio('h')\n|m.remove_object('b', url)",
    "google": "from google.cloud import storage\nbucket = storage.Client().bucket('b')\n|bucket.blob(url).delete()",
    "firebase": "from firebase_admin import storage\nbucket = storage.bucket()\n|bucket.blob(url).upload_from_string('x')",
    "azure": "from azure.storage.blob import BlobServiceClient\nc = BlobServiceClient.from_connection_string('x')\n|c.get_blob_client(container='b', blob=url).delete_blob()",
    "container of azure": "from azure.storage.blob import BlobServiceClient\nc = BlobServiceClient.from_connection_string('x').get_container_client('b')\n|c.delete_blob(url)",
}


@pytest.mark.parametrize("form", _STORES)
def test_files_of_a_store_are_found_by_what_was_sent(tmp_path: Path, form: str) -> None:
    assert _found(tmp_path, _STORES[form], EffectKind.STORAGE, "path") == {"query.url"}


def test_a_copy_of_a_record_touches_no_store(tmp_path: Path) -> None:
    form = "|return {'url': url}.copy()"
    assert not _found(tmp_path, form, EffectKind.STORAGE, "path")
