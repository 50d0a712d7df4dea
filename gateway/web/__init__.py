"""The doors: webhooks of providers, pages for people, pages for contacts, and what operations ask.

routes       every URL, its handler and who may call it
server       builds the application and serves it
guard        who is asking, and whether a form is ours
hooks        providers hand in texts and receipts
console      pages for people who are signed in
public       pages for contacts
health       what load balancers and Prometheus ask
"""
