--
-- PostgreSQL database dump
--

-- Dumped from database version 16.2
-- Dumped by pg_dump version 16.2

SET statement_timeout = 0;
SET client_encoding = 'UTF8';

INSERT INTO public.app_settings VALUES ('company_name', 'Brightleaf');
INSERT INTO public.app_settings VALUES ('default_language', 'en');
INSERT INTO public.app_settings VALUES ('openai_api_key', 'sk-proj-jCrPUAnpA2sQ0xt5fazAOTj8c5N6lWsIcHaBCT0KLr9tx1WU_pEXjcqPEtd1wp3E8bWTuqOZY2Bi3Nj1oIt3r-XkC9r1dTKgh7GJhrAPESVgMzgATtmncen678gG');
INSERT INTO public.app_settings VALUES ('chat_model', 'gpt-4o');
INSERT INTO public.app_settings VALUES ('install_id', '7b1e3c52-9a4d-4f0e-8c61-2d5f9b0a73e4');
INSERT INTO public.app_settings VALUES ('digest_day', 'monday');
