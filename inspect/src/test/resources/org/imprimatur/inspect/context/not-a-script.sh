echo 'this quote # context.unclear
does not end
