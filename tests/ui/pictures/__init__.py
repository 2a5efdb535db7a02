"""Pictures of the page for people to look at: sizes × themes × situations, every dialog.

python -m tests.ui.pictures FOLDER [firefox] [--only sheet,front,…]
"""
