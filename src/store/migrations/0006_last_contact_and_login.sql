-- The code of the error that the last contact with a source ended in; none where it went well.
ALTER TABLE source ADD COLUMN last_error TEXT;

-- When a user last logged in. Of tokens nothing is left a while after their end.
ALTER TABLE user ADD COLUMN last_login_at INTEGER;
UPDATE user SET last_login_at =
    (SELECT max(created_at) FROM token WHERE token.user_id = user.id AND token.kind = 'login');
