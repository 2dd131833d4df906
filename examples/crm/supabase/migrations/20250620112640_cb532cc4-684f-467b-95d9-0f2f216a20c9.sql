-- Countries: reference data for the address and phone pickers, the same for everyone
CREATE TABLE public.countries (
  code TEXT NOT NULL PRIMARY KEY CHECK (char_length(code) = 2),
  name TEXT NOT NULL,
  dial_code TEXT NOT NULL
);

ALTER TABLE public.countries ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Countries are readable by everyone"
ON public.countries FOR SELECT
TO anon, authenticated
USING (true);

INSERT INTO public.countries (code, name, dial_code) VALUES
  ('US', 'United States', '+1'),
  ('CA', 'Canada', '+1'),
  ('GB', 'United Kingdom', '+44'),
  ('DE', 'Germany', '+49'),
  ('FR', 'France', '+33'),
  ('NL', 'Netherlands', '+31'),
  ('SE', 'Sweden', '+46'),
  ('ES', 'Spain', '+34'),
  ('IN', 'India', '+91'),
  ('AU', 'Australia', '+61')
ON CONFLICT (code) DO NOTHING;
