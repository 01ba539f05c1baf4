from lab02_glove_fasttext.command import main

main()
