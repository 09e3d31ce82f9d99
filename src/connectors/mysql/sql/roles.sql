-- The roles whose rights the login has now: NULL or NONE where there are none.
SELECT CURRENT_ROLE()
