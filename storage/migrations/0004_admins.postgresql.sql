-- The ledger's guard again. One change it lets through: a person who wants to be forgotten becomes a pseudonym.

CREATE FUNCTION refuse_ledger_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- All but the user's id is as it was, and the new id is nobody's.
    IF NEW.user_id < 0 AND (to_jsonb(NEW) - 'user_id') = (to_jsonb(OLD) - 'user_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER ledger_keeps_its_rows BEFORE DELETE ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse_ledger_update();
