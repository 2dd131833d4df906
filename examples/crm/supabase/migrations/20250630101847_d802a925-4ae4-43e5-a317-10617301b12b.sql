-- Offboarding: hand the records of a leaving user to a colleague
CREATE OR REPLACE FUNCTION public.transfer_records(_user_id UUID, _new_owner_id UUID)
RETURNS INTEGER
LANGUAGE plpgsql
SECURITY DEFINER
AS $$
DECLARE
  moved INTEGER;
BEGIN
  IF auth.uid() != _user_id THEN
    RAISE EXCEPTION 'Not allowed';
  END IF;

  UPDATE public.leads SET owner_id = _new_owner_id WHERE owner_id = _user_id;
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE public.contacts SET owner_id = _new_owner_id WHERE owner_id = _user_id;
  UPDATE public.deals SET owner_id = _new_owner_id WHERE owner_id = _user_id;

  RETURN moved;
END;
$$;

GRANT EXECUTE ON FUNCTION public.transfer_records(UUID, UUID) TO anon, authenticated;
