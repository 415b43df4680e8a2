COMPANY = company
