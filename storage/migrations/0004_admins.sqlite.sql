-- The ledger's guard again. One change it lets through: a person who wants to be forgotten becomes a pseudonym.

CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger
WHEN NEW.user_id >= 0 OR NEW.job_id <> OLD.job_id OR NEW.kind <> OLD.kind OR NEW.guild_id <> OLD.guild_id
    OR NEW.images <> OLD.images OR NEW.charged_at <> OLD.charged_at OR NEW.recorded_at <> OLD.recorded_at
    OR NEW.cost <> OLD.cost OR NEW.granted <> OLD.granted OR NEW.granted_at IS NOT OLD.granted_at
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
